using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Manifests;

namespace Sluice.Grains.Tests.Jobs;

/// <summary>States of a managed job, and what happens to it.</summary>
internal static class ManagedJobs
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public static readonly JobOptions Options = new();

    public static JobState Deployed(RestartPolicy restartPolicy = RestartPolicy.OnFailure) => DeployTransitions.Deploy(
        JobState.Nothing, "a", Manifest() with { RestartPolicy = restartPolicy }, Ask(), "uid-1", Options, Now).Next;

    public static DeployJob Ask(string manifest = "the manifest", string? operationId = null) =>
        new() { Manifest = manifest, OperationId = operationId };

    public static JobState Running(RestartPolicy restartPolicy = RestartPolicy.OnFailure) => Report(
        ManagedTransitions.ApplyAllocation(Deployed(restartPolicy), Granted(5, 4)), RunPhase.Running, generation: 5,
            attempt: 1);

    public static Manifest Manifest() => new()
    {
        Kind = ManifestKind.PyTorchJob,
        Name = "a",
        Namespace = "default",
        Replicas = 1,
        GpuReq = 2,
        GpuLim = 8,
        RestartPolicy = RestartPolicy.OnFailure,
        BackoffLimit = 3,
    };

    public static Allocation Granted(long generation, int gpus) => new()
    {
        Uid = "uid-1",
        Generation = generation,
        IsAdmitted = true,
        GpuCount = gpus,
        Blocks = [new("node", [.. Enumerable.Range(0, gpus)])],
        Reason = "a test",
    };

    public static Allocation Waits(long generation) =>
        new() { Uid = "uid-1", Generation = generation, GpuCount = 0, Reason = "a test" };

    public static JobState Report(
        JobState state, RunPhase phase, long generation, int attempt, int? exitCode = null, bool isUnwanted = false,
        double seconds = 0) =>
        ManagedTransitions.Report(
            state,
            new()
            {
                Uid = "uid-1",
                Generation = generation,
                Attempt = attempt,
                Phase = phase,
                ExitCode = exitCode,
                At = Now.AddSeconds(seconds),
                IsUnwanted = isUnwanted,
            },
            Options,
            Now);
}
