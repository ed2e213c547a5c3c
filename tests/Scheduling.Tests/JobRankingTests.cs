using System.Text;
using Sluice.Scheduling.Ranking;

namespace Sluice.Scheduling.Tests;

public sealed class JobRankingTests
{
    private static readonly RankingOrder[] Orders =
        [RankingOrder.Arrival, RankingOrder.CanUseMore, RankingOrder.DifferenceIs, RankingOrder.CanGive];

    [Fact]
    public void Ties_keep_the_order_of_addition()
    {
        var ranking = new JobRanking();
        foreach (var added in new[] { 3, 1, 2 })
        {
            ranking.Put(Job($"job-{added}", added, arrivedAt: 7, checkpointAt: 7, difference: 1, surplus: 1));
        }

        foreach (var order in Orders)
        {
            Assert.Equal(["job-1", "job-2", "job-3"], ranking.Select(order, 1, null).Select(job => job.Key));
        }
    }

    [Fact]
    public void An_empty_list_is_an_empty_array() =>
        Assert.Equal("[]", Text(new JobRanking(), RankingOrder.Arrival, 0, null));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_order_is_that_of_a_plain_sort_after_any_history(int seed)
    {
        var random = new Random(seed);
        var ranking = new JobRanking();
        var jobs = new Dictionary<string, RankedJob>();
        for (var step = 0; step < 2000; step++)
        {
            var key = $"job-{random.Next(200)}";
            if (random.Next(5) == 0)
            {
                ranking.Remove(key);
                jobs.Remove(key);
                continue;
            }

            var added = jobs.TryGetValue(key, out var old) ? old.Added : step;
            jobs[key] = Job(key, added, random.Next(50), random.Next(50), random.Next(4), random.Next(4));
            ranking.Put(jobs[key]);
            if (step % 100 == 0)
            {
                AssertSorted(ranking, jobs.Values);
            }
        }

        AssertSorted(ranking, jobs.Values);
        AssertSorted(new JobRanking(jobs.Values), jobs.Values);
    }

    private static void AssertSorted(JobRanking ranking, IReadOnlyCollection<RankedJob> jobs)
    {
        var byCheckpoint = jobs.OrderByDescending(job => job.LastCheckpointAt).ThenBy(job => job.Added).ToList();
        Assert.Equal(
            jobs.OrderBy(job => job.ArrivedAt).ThenBy(job => job.Added), ranking.Select(RankingOrder.Arrival, 0, null));
        Assert.Equal(byCheckpoint.Where(job => job.Difference > 0), ranking.Select(RankingOrder.CanUseMore, 0, null));
        for (var x = 0; x < 5; x++)
        {
            Assert.Equal(
                byCheckpoint.Where(job => job.Difference == x), ranking.Select(RankingOrder.DifferenceIs, x, null));
            Assert.Equal(
                byCheckpoint.Where(job => job.Surplus >= x).Take(3), ranking.Select(RankingOrder.CanGive, x, 3));
        }
    }

    [Fact]
    public void Many_jobs_ranked_at_once_are_ranked_as_one_after_the_other()
    {
        var random = new Random(4);
        var jobs = Enumerable.Range(0, 500)
            .Select(i => Job($"job-{i}", i, random.Next(9), random.Next(9), random.Next(3), random.Next(3))).ToList();
        var atOnce = new JobRanking(jobs);
        var oneByOne = new JobRanking();
        jobs.ForEach(oneByOne.Put);
        atOnce.Put(jobs[7] with { LastCheckpointAt = 100 });
        oneByOne.Put(jobs[7] with { LastCheckpointAt = 100 });

        Assert.Equal(500, atOnce.Count);
        foreach (var order in Orders)
        {
            Assert.Equal(oneByOne.Select(order, 1, null), atOnce.Select(order, 1, null));
        }
    }

    [Fact]
    public void A_long_list_is_encoded_in_pieces_that_make_one_array()
    {
        var ranking = new JobRanking();
        for (var index = 0; index < 5_000; index++)
        {
            ranking.Put(Job($"job-{index}", index, index, index, 1, 0));
        }

        var text = Text(ranking, RankingOrder.Arrival, 0, null);
        Assert.Equal(5_000, System.Text.Json.JsonDocument.Parse(text).RootElement.GetArrayLength());
        Assert.True(ranking.Encode(RankingOrder.Arrival, 0, null).Length > 1);
        var two = Text(ranking, RankingOrder.Arrival, 0, 2);
        Assert.Equal(2, System.Text.Json.JsonDocument.Parse(two).RootElement.GetArrayLength());
    }

    [Fact]
    public void A_list_that_was_encoded_is_given_again_until_something_changes()
    {
        var ranking = new JobRanking();
        var lists = new EncodedLists(ranking);
        ranking.Put(Job("a", 1, 1, 1, 1, 1));
        var first = lists.Get(RankingOrder.Arrival, 0, null);
        Assert.Equal(first, lists.Get(RankingOrder.Arrival, 0, null));
        Assert.NotEqual(first, lists.Get(RankingOrder.CanUseMore, 0, null));
        ranking.Remove("a");
        Assert.Equal("[]"u8.ToArray(), lists.Get(RankingOrder.Arrival, 0, null)[0].ToArray());
        for (var limit = 1; limit < 3 * EncodedLists.MaxLists; limit++)
        {
            Assert.Equal("[]"u8.ToArray(), lists.Get(RankingOrder.Arrival, 0, limit)[0].ToArray());
        }
    }

    private static string Text(JobRanking ranking, RankingOrder order, long x, int? limit) =>
        string.Concat(ranking.Encode(order, x, limit).Select(piece => Encoding.UTF8.GetString(piece.Span)));

    private static RankedJob Job(
        string key, long added, double arrivedAt, double checkpointAt, int difference, int surplus) => new()
        {
            Key = key,
            Added = added,
            ArrivedAt = arrivedAt,
            LastCheckpointAt = checkpointAt,
            Difference = difference,
            Surplus = surplus,
            Json = Encoding.UTF8.GetBytes($$"""{"job_name":"{{key}}","padding":"{{new string('x', 60)}}"}"""),
        };
}
