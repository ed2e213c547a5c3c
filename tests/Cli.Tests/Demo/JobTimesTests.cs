using Sluice.Cli.Demo;

namespace Sluice.Cli.Tests.Demo;

public sealed class JobTimesTests
{
    [Fact]
    public void A_job_waits_until_it_first_runs_and_takes_until_its_end()
    {
        var times = new JobTimes();
        times.Add(At(0, ("a", "running")));
        times.Add(At(2, ("a", "running"), ("b", "scheduled")));
        times.Add(At(5, ("a", "suspended"), ("b", "running")));
        times.Add(At(8, ("a", "running"), ("b", "completed")));
        times.Add(At(10, ("a", "completed"), ("b", "completed")));

        // a: ran at once, and ended after 10; b: came at 2, ran at 5, ended at 8.
        Assert.Equal(TimeSpan.FromSeconds((0 + 3) / 2.0), times.MeanWait);
        Assert.Equal(TimeSpan.FromSeconds((10 + 6) / 2.0), times.MeanCompletion);
    }

    [Fact]
    public void A_job_that_ended_between_two_looks_ran_as_well()
    {
        var times = new JobTimes();
        times.Add(At(0, ("a", "scheduled")));
        times.Add(At(1, ("a", "completed")));

        Assert.Equal(TimeSpan.FromSeconds(1), times.MeanWait);
    }

    [Fact]
    public void Jobs_that_have_not_got_there_do_not_count()
    {
        var times = new JobTimes();
        Assert.Equal(TimeSpan.Zero, times.MeanWait);

        times.Add(At(0, ("a", "running"), ("b", "scheduled")));
        times.Add(At(4, ("a", "completed"), ("b", "scheduled")));

        Assert.Equal(TimeSpan.Zero, times.MeanWait);
        Assert.Equal(TimeSpan.FromSeconds(4), times.MeanCompletion);
    }

    private static DemoSnapshot At(double seconds, params (string Name, string Status)[] jobs) => new()
    {
        At = TimeSpan.FromSeconds(seconds),
        Capacity = 8,
        Held = 8,
        IsSimulated = true,
        Jobs =
        [
            .. jobs.Select(job => new DemoJob
            {
                Name = job.Name,
                Status = job.Status,
                Gpus = 1,
                Replicas = 1,
                GpuReq = 1,
                GpuLim = 2,
                Generation = 1,
                AtNextCheckpoint = null,
                Reason = "",
                CompletedEpochs = 0,
                TotalEpochs = 1,
                LastCheckpointTime = null,
                Restarts = 0,
            }),
        ],
    };
}
