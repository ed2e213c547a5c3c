using Sluice.Lab.Workloads;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Workloads;

public sealed class WorkloadVariantsTests
{
    // Of 4 GPUs a node: 5 to 7 are slower than 4.
    private static readonly SpeedCurve Dipped = Curve(
        (1, 80), (2, 40), (3, 30), (4, 20), (5, 35), (6, 33), (7, 31), (8, 12), (9, 11), (12, 10), (16, 8));

    private static readonly Workload Many = new(
        "many", [.. Enumerable.Range(0, 300).Select(index => Job($"job-{index}", at: index, epochs: 50, curve: Dipped))]);

    [Fact]
    public void The_same_seed_perturbs_the_same_way_and_another_differently()
    {
        Assert.Equal(Epochs(WorkloadVariants.Vary(Many, 1)), Epochs(WorkloadVariants.Vary(Many, 1)));
        Assert.NotEqual(Epochs(WorkloadVariants.Vary(Many, 1)), Epochs(WorkloadVariants.Vary(Many, 2)));
    }

    [Fact]
    public void Jobs_keep_their_times_and_ranges_and_get_other_epochs_and_speeds()
    {
        var varied = WorkloadVariants.Vary(Many, 1);

        Assert.Equal("many~1", varied.Name);
        foreach (var (job, before) in varied.Jobs.Zip(Many.Jobs))
        {
            Assert.Equal((before.Name, before.SubmittedAt, before.RigidGpus), (job.Name, job.SubmittedAt, job.RigidGpus));
            Assert.InRange(job.TotalEpochs, 25, 100);
            // The length of the job with one GPU is within a half and two.
            var length = job.TotalEpochs / job.Fixed.At(1) / (before.TotalEpochs / before.Fixed.At(1));
            Assert.InRange(length, 0.4999, 2.0001);
            Assert.Equal(job.Adaptive.At(3), job.Fixed.At(3));
        }
    }

    [Fact]
    public void Dips_move_to_other_counts()
    {
        var levels = WorkloadVariants.Vary(Many, 1).Jobs
            .Select(job => string.Join(' ', job.Fixed.UsefulLevels(1, 9)))
            .ToHashSet();

        // Where a node has 4 GPUs it is 1 to 4 and 8; with 6 the job gains until 6, and then not before 12.
        Assert.Contains("1 2 3 4 8 9", levels);
        Assert.Contains("1 2 3 4 5 6", levels);
        Assert.InRange(levels.Count, 4, 5);
    }

    private static int[] Epochs(Workload workload) => [.. workload.Jobs.Select(job => job.TotalEpochs)];
}
