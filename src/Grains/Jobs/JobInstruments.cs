using System.Diagnostics.Metrics;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Manifests;

namespace Sluice.Grains.Jobs;

/// <summary>Counts what happens to jobs.</summary>
public sealed class JobInstruments
{
    public const string MeterName = "Sluice.Jobs";

    private readonly Counter<long> _deployments;
    private readonly Counter<long> _reports;
    private readonly Counter<double> _trainingLost;

    public JobInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _deployments = meter.CreateCounter<long>("sluice.jobs.deployments", "{job}", "Jobs deployed, by kind.");
        _reports = meter.CreateCounter<long>(
            "sluice.jobs.run_reports", "{report}", "Observations of executors that changed a job, by phase.");
        _trainingLost = meter.CreateCounter<double>(
            "sluice.jobs.training_lost", "s",
            "Training since the last checkpoint of runs that were stopped, by cause.");
    }

    public void Deployed(ManifestKind kind) =>
        _deployments.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    public void TrainingLost(TrainingLoss loss) =>
        _trainingLost.Add(loss.Seconds, new KeyValuePair<string, object?>("cause", loss.Cause.ToString()));

    public void Reported(RunPhase phase) =>
        _reports.Add(1, new KeyValuePair<string, object?>("phase", phase.ToString()));
}
