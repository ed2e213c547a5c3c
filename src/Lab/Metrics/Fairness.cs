using Sluice.Lab.Model;

namespace Sluice.Lab.Metrics;

/// <summary>
/// Compares each job's completion time with what it would have been with an equal share of the cluster among all that
/// were active during its life.
/// </summary>
internal sealed class Fairness
{
    private readonly LabRun _run;
    private readonly double[] _times;
    private readonly double[] _jobSeconds;

    public Fairness(LabRun run)
    {
        _run = run;
        var changes = run.Jobs.Select(job => (At: job.Job.SubmittedAt, Change: 1))
            .Concat(run.Jobs.Select(job => (At: job.CompletedAt, Change: -1)))
            .OrderBy(change => change.At)
            .ToArray();
        _times = [.. changes.Select(change => change.At)];
        _jobSeconds = new double[changes.Length];
        var active = changes[0].Change;
        for (var index = 1; index < changes.Length; index++)
        {
            _jobSeconds[index] = _jobSeconds[index - 1] + active * (_times[index] - _times[index - 1]);
            active += changes[index].Change;
        }
    }

    public double[] Rhos() => [.. _run.Jobs.Select(Rho)];

    private double Rho(JobOutcome outcome)
    {
        var scenario = _run.Scenario;
        var (least, most) = scenario.RangeOf(outcome.Job);
        var curve = scenario.CurveOf(outcome.Job);
        var levels = curve.UsefulLevels(least, most);
        var active = (JobSecondsUntil(outcome.CompletedAt) - JobSecondsUntil(outcome.Job.SubmittedAt)) / outcome.Jct;
        var share = Math.Clamp(_run.GpuCount / active, levels[0], levels[^1]);
        var below = curve.At(levels.Last(level => level <= (int)share));
        var above = curve.At(levels.Last(level => level <= Math.Ceiling(share)));
        var speed = below + (share - (int)share) * (above - below);

        return outcome.Jct / (scenario.RestartSecondsOf(outcome.Job) + outcome.Job.TotalEpochs / speed);
    }

    /// <summary>Sum over all jobs of the time that they were active until then.</summary>
    private double JobSecondsUntil(double time) => _jobSeconds[Array.BinarySearch(_times, time)];
}
