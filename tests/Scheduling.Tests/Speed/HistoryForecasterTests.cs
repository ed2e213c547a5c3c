using System.Collections.Immutable;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Speed;

/// <summary>What is reckoned again, and what is not.</summary>
public sealed class HistoryForecasterTests
{
    private readonly HistoryForecaster _forecaster = new(new());

    [Fact]
    public void A_job_that_has_shown_nothing_new_is_not_reckoned_again_though_it_is_shown_anew()
    {
        var job = Job("one", 1);
        var first = Read([job]);
        var copy = job with { Notifications = [.. job.Notifications], ChangeableFrom = 5 };

        Assert.Same(first.Levels, Read([copy]).Levels);
    }

    [Fact]
    public void A_share_of_a_quota_in_between_does_not_let_it_be_reckoned_again()
    {
        var job = Job("one", 1);
        var first = Read([job]);
        var limited = Read([job with { MaxGpus = 2 }]);

        Assert.Equal(2, limited.Levels[^1]);
        Assert.Same(first.Levels, Read([job]).Levels);
        Assert.Same(limited.Levels, Read([job with { MaxGpus = 2 }]).Levels);
    }

    [Fact]
    public void A_notification_lets_it_be_reckoned_again()
    {
        var job = Job("one", 1);
        var first = Read([job]);

        var next = Read([job with { Notifications = job.Notifications.Add(new(190, 3, 2, 0)) }]);
        Assert.NotSame(first.Levels, next.Levels);
        Assert.True(next.HeldSpeed > first.HeldSpeed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_that_has_learnt_from_each_job_that_ended_sees_what_a_new_one_sees(int seed)
    {
        var random = new Random(seed);
        TargetJob[] jobs = [.. Enumerable.Range(0, 20).Select(number => Job($"job-{number}", random.Next(1, 4)))];
        var ended = EndedJobs.Nobody;
        for (var number = 0; number < 30; number++)
        {
            var done = Job($"ended-{number}", random.Next(1, 4)) with { TotalEpochs = random.Next(5, 50) };
            ended = new(ended.Jobs.Add(done));
            jobs[random.Next(jobs.Length)] = Job($"later-{number}", random.Next(0, 4));

            var seen = Numbers(_forecaster, ended, jobs);
            Assert.Equal(Numbers(new(new()), ended, jobs), seen);
        }
    }

    [Fact]
    public void A_job_that_was_silent_for_long_in_an_earlier_start_is_taken_to_be_long()
    {
        var job = Job("one", 0) with { HeldSince = 999 };
        var silent = job with { LongestSilence = (Gpus: 2, Seconds: 5_000) };

        Assert.True(Read([silent]).Work / Read([silent]).HeldSpeed > 20 * 5_000 / 2);
        Assert.True(Read([job]).Work / Read([job]).HeldSpeed < 5_000);
    }

    [Theory]
    [InlineData(7, 256, 7)]
    [InlineData(1_000, 256, 1_000)]
    [InlineData(15, 257, 0)]
    [InlineData(37, 257, 32)]
    public void Beside_many_jobs_those_that_ended_teach_sixteen_at_a_time(long newest, int others, long last)
    {
        Assert.Equal(last, EndedJobs.LastThatTeaches(newest, others));
    }

    private static List<double> Numbers(HistoryForecaster forecaster, EndedJobs ended, TargetJob[] jobs) =>
    [
        .. forecaster.Read(ended, new(1_000, 64, 4, [.. jobs]), new()).Jobs.SelectMany(job => (double[])
        [
            .. job.Levels, .. job.Speeds, job.HeldSpeed, job.Work, job.RestartSeconds, job.SecondsToCheckpoint,
        ]),
    ];

    private static TargetJob Job(string uid, int epochs) => new()
    {
        Uid = uid,
        ArrivedAt = 0,
        MinGpus = 1,
        MaxGpus = 8,
        TotalEpochs = 20,
        HeldGpus = 2,
        HeldSince = 0,
        Notifications =
        [
            .. Enumerable.Range(1, epochs).Select(epoch => new Notification(50 + 60 * epoch + uid.Length, epoch, 2, 0)),
        ],
    };

    private JobForecast Read(ImmutableArray<TargetJob> jobs) =>
        _forecaster.Read(EndedJobs.Nobody, new(1_000, 16, 4, jobs), new()).Jobs[0];
}
