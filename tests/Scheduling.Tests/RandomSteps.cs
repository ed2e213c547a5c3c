using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests;

/// <summary>What may befall a cluster, by the seed.</summary>
internal static class RandomSteps
{
    private static readonly string[] Namespaces = ["default", "team", "other"];

    public static void Step(Cluster cluster, Random random, int step)
    {
        cluster.Now += TimeSpan.FromSeconds(random.Next(0, 100));
        var names = cluster.State.Entries.Keys.ToList();
        var name = names.Count == 0 ? null : names[random.Next(names.Count)];
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                var req = random.Next(0, 5);
                var (lim, replicas, priority) = (req + random.Next(0, 5), random.Next(1, 4), random.Next(3));
                cluster.Arrive($"job-{step}", req, lim, replicas, priority, claim => claim with
                {
                    Namespace = Namespaces[random.Next(Namespaces.Length)],
                    IsAfterCheckpoint = random.Next(2) == 0,
                    IsSuspendable = random.Next(4) == 0,
                    TotalEpochs = random.Next(3) == 0 ? 0 : random.Next(1, 30),
                    MinRunTime = TimeSpan.FromSeconds(random.Next(2) * 50),
                });
                break;
            case 3 or 4 or 5 when name is not null:
                cluster.Confirm(name);
                break;
            case 6 when name is not null:
                cluster.Checkpoint(name);
                break;
            case 7 when name is not null:
                cluster.Observe(cluster[name].Claim with { IsEnding = true });
                cluster.Plan();
                break;
            case 8 when name is not null:
                cluster.End(name);
                break;
            case 9:
                cluster.SetQuota(Namespaces[random.Next(1, Namespaces.Length)], random.Next(0, 13));
                cluster.Plan();
                break;
            case 10 when name is not null:
                cluster.SetCap(name, random.Next(3) == 0 ? null : random.Next(0, 5));
                cluster.Plan(name);
                break;
            default:
                cluster.SetNodes([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9))]);
                cluster.Plan();
                break;
        }
    }

    public static bool IsOverQuota(Cluster cluster, JobClaim claim) =>
        cluster.State.Quotas.TryGetValue(claim.Namespace, out var quota)
        && claim.GpuReq * claim.Replicas > quota.GpuCount;

    /// <summary>
    /// Everything that runs completes, one after the other: whatever could ever run must get its turn.
    /// </summary>
    public static void Drain(Cluster cluster)
    {
        for (var round = 0; round < 500; round++)
        {
            cluster.Now += TimeSpan.FromHours(1);
            cluster.Plan();
            cluster.ConfirmAll();
            var next = cluster.State.Entries.Values.FirstOrDefault(entry => entry.IsAdmitted || entry.Claim.IsEnding);
            if (next is null)
            {
                return;
            }

            cluster.End(next.Uid);
        }
    }
}
