using Sluice.Scheduling.Placement;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>Trainers say how many epochs they train in all, and may say anything.</summary>
public sealed class OddTotalTests
{
    [Theory]
    [InlineData(0.4)]
    [InlineData(1e-9)]
    [InlineData(1e300)]
    public void A_total_that_is_far_too_small_or_large_takes_neither_GPUs_nor_reasons_from_others(double total)
    {
        var policy = PolicyCatalog.Create("adaptive", maxOvertakes: 16, TimeSpan.FromHours(12));
        var cluster = new Cluster(policy, 4) { KeepsHistory = true };
        cluster.Arrive("odd", 1, 4, with: claim => claim with { TotalEpochs = total });
        Assert.True(cluster["odd"].IsAdmitted, cluster["odd"].Reason);
        cluster.Arrive("a", 1, 4, with: claim => claim with { TotalEpochs = 10 });
        cluster.Arrive("b", 1, 4, with: claim => claim with { TotalEpochs = 10, IsSuspendable = true });
        for (var epoch = 0; epoch < 3; epoch++)
        {
            cluster.ConfirmAll();
            cluster.Now += TimeSpan.FromSeconds(100);
            cluster.Checkpoint("a");
        }

        Assert.True(cluster["a"].IsAdmitted);
        Assert.All(cluster.Decisions, decision =>
        {
            Assert.DoesNotContain("NaN", decision.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", decision.Reason, StringComparison.Ordinal);
        });
        Assert.Equal(4, cluster.State.Entries.Values.Sum(entry => entry.GpuCount));
    }
}
