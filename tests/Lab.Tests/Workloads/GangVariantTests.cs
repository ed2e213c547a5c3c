using Sluice.Lab.Model;
using Sluice.Lab.Tests.Support;
using Sluice.Lab.Workloads;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Workloads;

public sealed class GangVariantTests
{
    [Theory]
    [InlineData(4, 3, 12, 12, 6)]
    [InlineData(8, 2, 10, 16, 6)]
    public void A_job_has_as_many_replicas_as_its_tuned_count_needs_nodes_and_only_multiples_of_them(
        int nodeGpus, int replicas, int rigid, int most, int least)
    {
        var job = GangVariant.Of(new("one", [Job("a", rigid: 10, max: 32, least: 5)]), nodeGpus).Jobs[0];

        Assert.Equal(
            (replicas, rigid, most, least), (job.Replicas, job.RigidGpus, job.MaxGpusFixed, job.NarrowReq));
        Assert.All(job.Fixed.Rows.Keys, gpus => Assert.Equal(0, gpus % replicas));
        Assert.All(
            job.Fixed.UsefulLevels(replicas, most), level => Assert.Equal(Usual.At(level), job.Fixed.At(level)));
    }

    [Fact]
    public void A_policy_sees_the_replicas_and_a_gang_that_finds_no_room_waits()
    {
        var workload = GangVariant.Of(
            new("two", [Job("a", rigid: 3, max: 3), Job("b", at: 1, rigid: 3, max: 3), Job("c", at: 2, rigid: 2, max: 2)]), 4);
        var script = new Script((snapshot, _) => snapshot.Jobs.Where(job => job.HeldGpus == 0)
            .Select(job => (job.Uid, Math.Min(job.MaxGpus, snapshot.FreeGpus))));

        var run = LabGame.Play(workload, Scenario("P0"), new(8, 4, IsPacked: true), script.AsPolicy());

        // Two GPUs are free, one on each node: c gets one of the two that it may have.
        Assert.Equal([(0, 3), (1, 3), (2, 1)], run.Decisions.Select(one => (one.Job, one.To)));
        Assert.Equal(1, script.Seen[0].Snapshot.Jobs[0].Replicas);
    }

    [Fact]
    public void Gangs_can_be_played_under_all_rules_by_all_policies()
    {
        var workload = GangVariant.Of(WorkloadGenerator.Make("a", new() { Jobs = 60, Hours = 1 }, 3), 4);

        foreach (var scenario in Lab.Model.Scenario.All)
        {
            foreach (var policy in LabCatalog.All.Where(one => one.CanPlay(scenario)))
            {
                var run = LabGame.Play(workload, scenario, new(IsPacked: true), policy);
                Assert.All(run.Decisions, one => Assert.Equal(0, one.To % workload.Jobs[one.Job].Replicas));
            }
        }
    }
}
