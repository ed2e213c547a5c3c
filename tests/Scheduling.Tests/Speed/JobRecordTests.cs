using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Speed;

public sealed class JobRecordTests
{
    [Fact]
    public void A_restart_is_told_apart_from_work_once_a_second_epoch_shows_how_long_one_takes()
    {
        var record = Learn(Job([new(90, 1, 4, 0), new(140, 2, 4, 0)]));
        Assert.Equal(1, record.RestartCount);
        Assert.Equal(40, record.RestartSum, 6);
        Assert.Equal(50, Math.Exp(Assert.Single(record.Seen).LogSeconds), 6);
    }

    [Fact]
    public void The_first_interval_counts_without_the_usual_restart_and_for_less()
    {
        var first = Assert.Single(Learn(Job([new(90, 1, 4, 0)])).Seen);
        Assert.Equal(60, Math.Exp(first.LogSeconds), 6);
        var clean = Assert.Single(Learn(Job([new(90, 1, 4, 0), new(140, 2, 4, 0)])).Seen);
        Assert.True(first.Deviation > clean.Deviation);
    }

    [Fact]
    public void Speeds_that_drift_are_followed()
    {
        var notifications = Enumerable.Range(1, 60).Select(epoch => new Notification(
            epoch <= 30 ? 10 * epoch : 300 + 20 * (epoch - 30), epoch, 4, 0)).ToArray();
        Assert.InRange(Math.Exp(Assert.Single(Learn(Job(notifications)).Seen).LogSeconds), 19, 20);
    }

    [Fact]
    public void Work_before_a_change_is_counted_where_it_was_not_undone()
    {
        var kept = JobRecord.Nothing
            .Follow(Job([], gpus: 4, since: 0, loses: false), null, 30)
            .Follow(Job([], gpus: 8, since: 80, loses: false), null, 30);
        Assert.Equal(0.5, kept.CarriedEpochs(_ => 100), 6);
        var undone = JobRecord.Nothing
            .Follow(Job([], gpus: 4, since: 0, loses: true), null, 30)
            .Follow(Job([], gpus: 8, since: 80, loses: true), null, 30);
        Assert.Equal(0, undone.CarriedEpochs(_ => 100), 6);
    }

    [Fact]
    public void A_notification_that_tells_nothing_new_changes_nothing()
    {
        var job = Job([new(90, 1, 4, 0), new(140, 1, 4, 0)]);
        Assert.Same(JobRecord.Nothing, JobRecord.Nothing.Learn(job, 30, _ => 50));
    }

    [Fact]
    public void What_was_trained_before_a_start_and_is_in_no_notification_that_was_kept_is_not_taken_for_its_work()
    {
        Notification[] later = [new(1_090, 41, 4, 1_000) { EpochsBefore = 40 }, new(1_140, 42, 4, 1_000)];

        var first = Learn(Job(later[..1], since: 1_000));
        Assert.Equal(60, Math.Exp(Assert.Single(first.Seen).LogSeconds), 6);
        var both = Learn(Job(later, since: 1_000));
        Assert.Equal((1, 40), (both.RestartCount, Math.Round(both.RestartSum, 6)));

        // The starts between the two were forgotten.
        var gap = Learn(Job([new(90, 1, 8, 0), .. later], since: 1_000));
        Assert.Equal((1, 40), (gap.RestartCount, Math.Round(gap.RestartSum, 6)));
    }

    private static JobRecord Learn(TargetJob job)
    {
        var record = JobRecord.Nothing;
        for (var count = 1; count <= job.Notifications.Length; count++)
        {
            record = record.Learn(job with { Notifications = job.Notifications[..count] }, 30, _ => 60);
        }

        return record;
    }

    private static TargetJob Job(
        Notification[] notifications, int gpus = 4, double since = 0, bool loses = true) => new()
    {
        Uid = "a",
        ArrivedAt = 0,
        MinGpus = 1,
        MaxGpus = 16,
        HeldGpus = gpus,
        HeldSince = since,
        HasStarted = true,
        LosesUnsavedWork = loses,
        TotalEpochs = 100,
        Notifications = [.. notifications],
    };
}
