using Sluice.Scheduling.Placement;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>What a target policy is shown of a job's history.</summary>
public sealed class ShownJobTests
{
    [Fact]
    public void The_first_notification_of_a_start_tells_what_was_done_before_it()
    {
        var wanted = new WantedCounts { Gpus = { ["a"] = 4 } };
        var cluster = new Cluster(new TargetedPolicy(wanted, new()), 4) { KeepsHistory = true };
        cluster.Arrive("a", 4, 4, with: claim => claim with { TotalEpochs = 100, CompletedEpochs = 50 });
        cluster.ConfirmAll();
        for (var epoch = 0; epoch < 2; epoch++)
        {
            cluster.Now += TimeSpan.FromSeconds(10);
            cluster.Checkpoint("a");
        }

        Assert.Equal(
            [(51, 50), (52, null)],
            wanted.Seen[^1].Jobs.Single().Notifications.Select(one => (one.CompletedEpochs, one.EpochsBefore)));
    }
}
