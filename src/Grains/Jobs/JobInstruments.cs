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

    public JobInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _deployments = meter.CreateCounter<long>("sluice.jobs.deployments", "{job}", "Jobs deployed, by kind.");
        _reports = meter.CreateCounter<long>(
            "sluice.jobs.run_reports", "{report}", "Observations of executors that changed a job, by phase.");
    }

    public void Deployed(ManifestKind kind) =>
        _deployments.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    public void Reported(RunPhase phase) =>
        _reports.Add(1, new KeyValuePair<string, object?>("phase", phase.ToString()));
}
