using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests;

public sealed class CapacityLedgerTests
{
    [Fact]
    public void A_repeated_claim_changes_nothing()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        var before = cluster.State;
        cluster.Observe(cluster["a"].Claim with { });
        Assert.Same(before, cluster.State);
    }

    [Fact]
    public void Generations_are_unique_in_the_domain_and_never_start_over()
    {
        var cluster = new Cluster(8);
        var seen = new HashSet<long>();
        for (var round = 0; round < 20; round++)
        {
            Assert.True(seen.Add(cluster.Arrive($"job-{round}", 1, 2).Generation));
            cluster.ConfirmAll();
            cluster.End($"job-{round}");
        }

        Assert.Equal(seen.Max(), cluster.State.LastGeneration);
    }

    [Fact]
    public void A_GPU_that_another_job_holds_is_never_given_out()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 2, 2);
        cluster.Arrive("b", 5, 5);
        var stolen = new Admit("b", 2, [new("node-0", [1, 2])], "a faulty policy");
        var fault = Assert.Throws<InvalidOperationException>(
            () => CapacityLedger.Apply(cluster.State, [stolen], Cluster.Start));
        Assert.Contains("GPU 1 on node-0 is held by another job", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node-0", 4, "there is no GPU 4 on node-0")]
    [InlineData("node-9", 0, "there is no GPU 0 on node-9")]
    public void A_GPU_that_is_not_there_is_never_given_out(string node, int gpu, string expected)
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 9, 9);
        var fault = Assert.Throws<InvalidOperationException>(() => CapacityLedger.Apply(
            cluster.State, [new Admit("a", 1, [new(node, [gpu])], "a faulty policy")], Cluster.Start));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confirmation_of_an_older_generation_frees_nothing()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        cluster.ConfirmAll();
        var old = cluster["a"].Claim;
        cluster.Arrive("b", 2, 2);
        Assert.Equal(4, cluster["a"].HeldGpus);
        cluster.Observe(old);
        Assert.Equal(4, cluster["a"].HeldGpus);
    }
}
