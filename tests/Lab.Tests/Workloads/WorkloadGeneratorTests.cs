using Sluice.Lab.Model;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Tests.Workloads;

public sealed class WorkloadGeneratorTests
{
    private static readonly GeneratorOptions Usual = new();

    [Fact]
    public void The_same_seed_makes_the_same_jobs_and_another_makes_others()
    {
        Assert.Equal(Told(WorkloadGenerator.Make("a", Usual, 7)), Told(WorkloadGenerator.Make("a", Usual, 7)));
        Assert.NotEqual(Told(WorkloadGenerator.Make("a", Usual, 7)), Told(WorkloadGenerator.Make("a", Usual, 8)));
    }

    [Fact]
    public void Jobs_come_in_order_within_the_hours_and_are_consistent()
    {
        var workload = WorkloadGenerator.Make("many", new() { Jobs = 5_000, Hours = 24, MaxGpus = 32 }, 1);

        Assert.Equal(5_000, workload.Jobs.Length);
        Assert.Equal(workload.Jobs.Select(job => job.SubmittedAt).Order(), workload.Jobs.Select(job => job.SubmittedAt));
        Assert.All(workload.Jobs, job =>
        {
            Assert.InRange(job.SubmittedAt, 0, 24 * 3600);
            Assert.InRange(job.MaxGpusFixed, 1, 32);
            Assert.InRange(job.RigidGpus, 1, job.MaxGpusFixed);
            Assert.InRange(job.NarrowReq, 1, job.RigidGpus);
            Assert.InRange(job.NarrowLim, job.RigidGpus, job.MaxGpusFixed);
            Assert.InRange(job.TotalEpochs, 10, 100);
            Assert.InRange(job.RestartSeconds, 15, 250);
        });
    }

    [Fact]
    public void Sizes_are_distributed_as_documented()
    {
        var jobs = WorkloadGenerator.Make("many", new() { Jobs = 10_000 }, 1).Jobs;

        Assert.InRange(Share("small", 0, 1), 0.70, 0.74);
        Assert.InRange(Share("medium", 1, 10), 0.18, 0.22);
        Assert.InRange(Share("large", 10, 100), 0.05, 0.07);
        Assert.InRange(Share("huge", 100, 200), 0.015, 0.025);

        double Share(string size, double least, double most) => jobs.Count(job =>
            job.Name.StartsWith(size, StringComparison.Ordinal)
            && job.TotalEpochs / job.Fixed.At(1) / 3600 is var hours && hours >= least - 1e-9 && hours <= most + 1e-9)
            / 10_000.0;
    }

    [Fact]
    public void Some_curves_dip_where_a_job_needs_a_second_node()
    {
        var jobs = WorkloadGenerator.Make("many", new() { Jobs = 1_000 }, 1).Jobs
            .Where(job => job.MaxGpusFixed >= 8)
            .ToArray();

        Assert.InRange(jobs.Count(job => job.Fixed.At(5) < job.Fixed.At(4)), 1, jobs.Length - 1);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(GeneratorOptions.MaxJobs + 1, 8)]
    [InlineData(1, 0)]
    public void What_is_out_of_range_is_refused(int jobs, int hours) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => WorkloadGenerator.Make("a", new() { Jobs = jobs, Hours = hours }, 1));

    [Fact]
    public void What_is_made_up_can_be_played_under_all_rules_by_all_policies()
    {
        var workload = WorkloadGenerator.Make("a", new() { Jobs = 60, Hours = 1 }, 3);

        foreach (var scenario in Scenario.All)
        {
            foreach (var policy in LabCatalog.All.Where(one => one.CanPlay(scenario)))
            {
                var run = LabGame.Play(workload, scenario, new(), policy);
                Assert.All(run.Jobs, job => Assert.True(job.Jct > 0));
            }
        }
    }

    private static string[] Told(Workload workload) =>
    [
        .. workload.Jobs.Select(job =>
            $"{job.Name} {job.SubmittedAt} {job.RigidGpus} {job.TotalEpochs} {job.Fixed.At(4)} {job.Adaptive.At(9)}"),
    ];
}
