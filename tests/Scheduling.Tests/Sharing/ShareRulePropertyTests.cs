using System.Collections.Immutable;
using Sluice.Scheduling.Sharing;

namespace Sluice.Scheduling.Tests.Sharing;

/// <summary>What every rule keeps to, over random jobs.</summary>
public sealed class ShareRulePropertyTests
{
    private const int Cases = 500;

    private static readonly IShareRule[] All =
    [
        new EqualShare(), new OptimusShare(passesDips: true), new AfsShare(FirstServed.ByRule),
        new FairGreedyShare(FirstServed.LeastAttained), new HesrptShare(0.5), new HesrptShare(0.7), new SrtfShare(),
    ];

    public static TheoryData<string> Rules => [.. All.Select(rule => rule.Name)];

    /// <summary>All but the one that keeps GPUs free for the first in its order.</summary>
    public static TheoryData<string> FillingRules => [.. All.Where(rule => !rule.KeepsOrder).Select(rule => rule.Name)];

    [Theory, MemberData(nameof(Rules))]
    public void Each_gets_one_of_its_levels_or_nothing_and_together_no_more_than_there_is(string name)
    {
        var rule = All.Single(one => one.Name == name);
        for (var seed = 0; seed < Cases; seed++)
        {
            var (gpuCount, jobs) = Draw(new(seed));
            var counts = rule.Divide(gpuCount, jobs);

            Assert.Equal(jobs.Length, counts.Length);
            Assert.True(counts.Sum() <= gpuCount, $"seed {seed}: {counts.Sum()} of {gpuCount} GPUs");
            for (var job = 0; job < jobs.Length; job++)
            {
                Assert.True(
                    counts[job] == 0 ? !jobs[job].IsPinned : jobs[job].Levels.Contains(counts[job]),
                    $"seed {seed}: job {job} gets {counts[job]}");
            }
        }
    }

    [Theory, MemberData(nameof(FillingRules))]
    public void No_GPU_stays_free_that_a_waiting_job_could_start_with(string name)
    {
        var rule = All.Single(one => one.Name == name);
        for (var seed = 0; seed < Cases; seed++)
        {
            var (gpuCount, jobs) = Draw(new(seed));
            var counts = rule.Divide(gpuCount, jobs);

            var free = gpuCount - counts.Sum();
            Assert.DoesNotContain(jobs.Where((_, job) => counts[job] == 0), job => job.Levels[0] <= free);
        }
    }

    [Theory, MemberData(nameof(Rules))]
    public void The_same_jobs_are_given_the_same(string name)
    {
        var rule = All.Single(one => one.Name == name);
        var (gpuCount, jobs) = Draw(new(7));

        Assert.Equal(rule.Divide(gpuCount, jobs), rule.Divide(gpuCount, jobs));
        Assert.Empty(rule.Divide(gpuCount, []));
    }

    private static (int GpuCount, SharingJob[] Jobs) Draw(Random random)
    {
        var gpuCount = random.Next(1, 65);
        var pinned = 0;
        var jobs = new SharingJob[random.Next(1, 30)];
        for (var job = 0; job < jobs.Length; job++)
        {
            var levels = Enumerable.Range(1, 32).Where(_ => random.Next(3) == 0).Prepend(random.Next(1, 4)).Distinct()
                .Order().ToImmutableArray();
            var isPinned = random.Next(3) == 0 && pinned + levels[0] <= gpuCount;
            pinned += isPinned ? levels[0] : 0;
            jobs[job] = new()
            {
                Levels = levels,
                Speeds = [.. levels.Select(_ => 0.1 + random.NextDouble()).Order().Distinct()],
                Work = random.Next(1, 100),
                Attained = random.Next(0, 3),
                IsPinned = isPinned,
            };
        }

        return (gpuCount, jobs);
    }
}
