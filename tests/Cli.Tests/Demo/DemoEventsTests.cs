using Sluice.Cli.Demo;

namespace Sluice.Cli.Tests.Demo;

public sealed class DemoEventsTests
{
    private static readonly DemoJob Wide = new()
    {
        Name = "wide",
        Status = "running",
        Gpus = 8,
        Replicas = 1,
        GpuReq = 2,
        GpuLim = 8,
        Generation = 1,
        AtNextCheckpoint = null,
        Reason = "8 GPUs were free",
        CompletedEpochs = 0,
        TotalEpochs = 12,
        LastCheckpointTime = null,
        Restarts = 0,
    };

    [Fact]
    public void An_arrival_tells_the_range_the_allotment_and_the_reason() =>
        Assert.Equal(
            ["wide: arrives (2-8 GPUs × 1 replica) and starts with 8 GPUs (8 GPUs were free)"],
            DemoEvents.Between(null, Of(Wide)));

    [Fact]
    public void A_job_that_does_not_fit_waits() =>
        Assert.Equal(
            ["gang: arrives (1-2 GPUs × 2 replicas) and waits (needs 2 GPUs, 0 are free)"],
            DemoEvents.Between(Of(Wide), Of(Wide, Waiting))
                .Where(line => line.StartsWith("gang", StringComparison.Ordinal)));

    [Fact]
    public void A_waiting_job_that_gets_its_GPUs_starts() =>
        Assert.Equal(
            ["gang: starts with 1 GPU × 2 (wide gave 2)"],
            DemoEvents.Between(Of(Waiting), Of(Waiting with { Gpus = 1, Reason = "wide gave 2" })));

    [Fact]
    public void A_resize_tells_both_counts_and_the_reason() =>
        Assert.Equal(
            ["wide: 8 -> 6 GPUs (makes room for gang)"],
            DemoEvents.Between(Of(Wide), Of(Wide with { Gpus = 6, Reason = "makes room for gang" })));

    [Fact]
    public void A_resize_that_waits_for_a_checkpoint_is_told_when_it_is_decided() =>
        Assert.Equal(
            ["wide: will go 8 -> 6 GPUs at its next checkpoint (makes room for gang)"],
            DemoEvents.Between(Of(Wide), Of(Wide with { AtNextCheckpoint = 6, Reason = "makes room for gang" })));

    [Fact]
    public void Progress_is_told_at_every_quarter_and_not_in_between()
    {
        Assert.Empty(DemoEvents.Between(Of(Wide with { CompletedEpochs = 3 }), Of(Wide with { CompletedEpochs = 5 })));
        Assert.Equal(
            ["wide: checkpoint at epoch 6/12"],
            DemoEvents.Between(Of(Wide with { CompletedEpochs = 5 }), Of(Wide with { CompletedEpochs = 6 })));
    }

    [Fact]
    public void The_end_is_told_once_and_is_no_resize()
    {
        var ended = Wide with { Status = "completed", Gpus = 0, CompletedEpochs = 12, Reason = "" };

        Assert.Equal(["wide: completed"], DemoEvents.Between(Of(Wide), Of(ended)));
        Assert.Empty(DemoEvents.Between(Of(ended), Of(ended)));
    }

    [Fact]
    public void Failures_and_restarts_are_told()
    {
        Assert.Equal(
            ["wide: started again after a failure (restart 1)"],
            DemoEvents.Between(Of(Wide), Of(Wide with { Restarts = 1 })));
        Assert.Equal(
            ["wide: failed after 6 restarts"],
            DemoEvents.Between(Of(Wide), Of(Wide with { Status = "failed", Restarts = 6 })));
    }

    [Fact]
    public void Resizes_of_running_jobs_are_counted_and_starts_are_not()
    {
        Assert.Equal(1, DemoRun.Resizes(Of(Wide, Waiting), Of(Wide with { Gpus = 6 }, Waiting with { Gpus = 1 })));
        Assert.Equal(0, DemoRun.Resizes(null, Of(Wide)));
        Assert.Equal(0, DemoRun.Resizes(Of(Wide), Of(Wide with { Gpus = 0, Status = "completed" })));
    }

    private static DemoJob Waiting => Wide with
    {
        Name = "gang",
        Status = "scheduled",
        Gpus = 0,
        Replicas = 2,
        GpuReq = 1,
        GpuLim = 2,
        Reason = "needs 2 GPUs, 0 are free",
    };

    private static DemoSnapshot Of(params DemoJob[] jobs) => new()
    {
        At = TimeSpan.FromSeconds(1),
        Capacity = 8,
        Held = 8,
        IsSimulated = true,
        Jobs = [.. jobs],
    };
}
