using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Simple;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>There are GPUs enough for the first in the queue in all, and not on any node.</summary>
public sealed class FirstInQueueTests
{
    [Theory]
    [InlineData("fifo")]
    [InlineData("srtf")]
    public void One_that_no_node_has_room_for_is_not_passed_by_a_job_that_would_outlast_those_that_run(string name)
    {
        var cluster = Fragmented(PolicyCatalog.Create(name, maxOvertakes: 16, TimeSpan.FromHours(12)));
        cluster.Arrive("head", 2, 2);
        cluster.Now += TimeSpan.FromSeconds(10);
        cluster.Arrive("behind", 1, 1);
        Assert.False(cluster["head"].IsAdmitted);
        Assert.False(cluster["behind"].IsAdmitted, cluster["behind"].Reason);

        cluster.End("one");
        Assert.True(cluster["head"].IsAdmitted);
        Assert.True(cluster["behind"].IsAdmitted);
    }

    [Fact]
    public void A_policy_that_keeps_an_order_is_told_of_it_and_asked_again_before_others_start()
    {
        var wanted = new WantedCounts(keepsOrder: true) { Gpus = { ["one"] = 3, ["two"] = 3, ["three"] = 3 } };
        var cluster = Fragmented(new TargetedPolicy(wanted, new()));
        wanted.Gpus["head"] = 2;
        wanted.Gpus["behind"] = 1;
        cluster.Arrive("head", 2, 2);
        wanted.Seen.Clear();
        cluster.Arrive("behind", 1, 1);

        Assert.Equal([false, true], wanted.Seen.Take(2).Select(seen => seen.Jobs.Single(IsHead).HasNoRoom));
        Assert.True(cluster["behind"].IsAdmitted);

        static bool IsHead(TargetJob job) => job.Uid == "head";
    }

    [Fact]
    public void It_is_left_out_where_the_policy_keeps_no_order()
    {
        var wanted = new WantedCounts
        {
            Gpus = { ["one"] = 3, ["two"] = 3, ["three"] = 3, ["head"] = 2, ["behind"] = 1 },
        };
        var cluster = Fragmented(new TargetedPolicy(wanted, new()));
        cluster.Arrive("head", 2, 2);
        cluster.Arrive("behind", 1, 1);

        Assert.DoesNotContain(wanted.Seen.SelectMany(seen => seen.Jobs), job => job.HasNoRoom);
        Assert.True(cluster["behind"].IsAdmitted);
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(QueuePolicy.MaxPasses, 0)]
    public void Fifo_lets_no_more_than_so_many_pass_it(int passedBy, int started)
    {
        var policy = new QueuePolicy(new HistoryForecaster(new()));
        var first = new TargetJob
        {
            Uid = "head", ArrivedAt = 0, MinGpus = 2, MaxGpus = 2, HasNoRoom = true, PassedBy = passedBy,
        };
        var behind = new TargetJob { Uid = "behind", ArrivedAt = 1, MinGpus = 1, MaxGpus = 1 };

        var plan = policy.Plan(PolicyMemory.None, new(10, 2, 1, [first, behind]), new());

        Assert.Equal(started, plan.Targets.Length);
        Assert.All(plan.Targets, target => Assert.Equal("behind", target.Uid));
    }

    private static Cluster Fragmented(Policies.IPolicy policy)
    {
        var cluster = new Cluster(policy, 4, 4, 4) { KeepsHistory = true };
        cluster.Arrive("one", 3, 3);
        cluster.Arrive("two", 3, 3);
        cluster.Arrive("three", 3, 3);
        cluster.ConfirmAll();
        Assert.Equal(3, cluster.State.Entries.Values.Select(entry => entry.Blocks[0].Node).Distinct().Count());
        return cluster;
    }
}
