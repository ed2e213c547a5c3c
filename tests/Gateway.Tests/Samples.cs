using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

/// <summary>Values that many tests use.</summary>
public static class Samples
{
    public const string Add = """{"job_name":"job_1","gpu_req":2,"gpu_lim":4,"gpu_assigned":2}""";

    public const string Checkpoint =
        """{"job_name":"job_1","last_checkpoint_time":1701234567,"completed_epochs":10}""";

    public const string Status = """{"job_name":"job_1","status":"completed"}""";

    public const string Name = """{"job_name":"job_1"}""";

    public static JobRecord Record { get; } = new()
    {
        JobName = "job_1",
        GpuReq = 2,
        GpuLim = 4,
        GpuAssigned = 2,
        Replicas = 1,
        TotalEpochs = Number.Of(100),
        JobArrivalTime = Number.Of(1700000000),
        LastCheckpointTime = Number.Of(1700000000.5),
        CompletedEpochs = Number.Of(3.0),
    };

    /// <summary>Two nodes, a quota, and a job that holds a GPU.</summary>
    public static CapacityView View { get; } = new()
    {
        Nodes = [new("node-0", 4, 3, true), new("node-1", 2, 0, false)],
        Quotas = [new("default", 4, 2)],
        Policy = "recent-checkpoint",
        Allocations =
        [
            new AllocationView
            {
                JobName = "a",
                Uid = "u",
                Decided = new Allocation
                {
                    Uid = "u", Generation = 7, GpuCount = 1, Reason = "fits", Blocks = [new("node-0", [0])],
                },
                HeldGpus = 1,
                IsEnding = false,
                DecidedAt = DateTimeOffset.UnixEpoch,
            },
        ],
    };

    public static ClusterEvent Event { get; } = new()
    {
        Number = 7,
        Time = DateTimeOffset.UnixEpoch,
        Job = "a",
        Uid = "u",
        Kind = EventKind.Resized,
        Reason = "b needs 2 GPUs",
        GpusBefore = 4,
        GpusAfter = 2,
    };

    /// <summary>The JSON of <see cref="Record"/>, to the letter.</summary>
    public const string RecordJson =
        """{"job_name":"job_1","gpu_req":2,"gpu_lim":4,"gpu_assigned":2,"replicas":1,"total_epochs":100"""
        + ""","job_arrival_time":1700000000,"last_checkpoint_time":1700000000.5,"completed_epochs":3.0"""
        + ""","time_bw_checkpoints":null,"status":"scheduled","restarts":0}""";

    public static JobOutlook Outlook { get; } = new()
    {
        JobName = "job_1",
        StartsAt = DateTimeOffset.UnixEpoch,
        StartGpus = 2,
        EndsAt = DateTimeOffset.UnixEpoch.AddHours(1),
        IsMeasured = true,
        Basis = "by its own checkpoints",
    };
}
