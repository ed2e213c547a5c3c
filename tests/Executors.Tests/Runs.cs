using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors.Tests;

/// <summary>Makes desired and observed runs.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <param name="script">What each rank runs, by <c>sh -c</c>.</param>
    public static DesiredRun Desired(
        string script = "true", string uid = "u-1", long generation = 1, int attempt = 1, int replicas = 1) => new()
    {
        JobKey = GrainKeys.Job(GrainKeys.DefaultDomain, "job-" + uid),
        JobName = "job-" + uid,
        Uid = uid,
        Generation = generation,
        Attempt = attempt,
        ShouldRun = true,
        GpuCount = 2,
        Blocks = [.. Enumerable.Range(0, replicas).Select(rank => new GpuBlock("node-0", [2 * rank, 2 * rank + 1]))],
        Manifest = script,
    };

    public static ObservedRun Observed(
        RunPhase phase, long generation = 1, int attempt = 1, int? exitCode = null, string uid = "u-1") => new()
    {
        Uid = uid,
        Generation = generation,
        Attempt = attempt,
        Phase = phase,
        ExitCode = exitCode,
        At = Now,
    };

    public static RunReport Report(
        RunPhase phase, long generation = 1, int attempt = 1, int? exitCode = null, string uid = "u-1") => new()
    {
        Uid = uid,
        Generation = generation,
        Attempt = attempt,
        Phase = phase,
        ExitCode = exitCode,
        At = Now,
    };
}
