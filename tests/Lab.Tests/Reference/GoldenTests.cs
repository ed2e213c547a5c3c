using Sluice.Lab.Model;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Reference;

/// <summary>Start and completion of every job in five games, against another simulator of the same model.</summary>
public sealed class GoldenTests
{
    [ReferenceTheory]
    [InlineData("P0", "fifo")]
    [InlineData("P1", "fifo-bf")]
    [InlineData("P2", "equal")]
    [InlineData("P2", "seeds")]
    [InlineData("P1", "afs")]
    public void Every_job_starts_and_completes_when_it_did_there(string scenario, string policy)
    {
        var golden = ReferenceData.Golden()
            .Where(row => row.Text("scenario") == scenario && row.Text("policy") == policy)
            .ToArray();
        var workload = ReferenceData.Open().ReadWorkload(golden[0].Text("workload"));
        var run = LabGame.Play(workload, Scenario(scenario), new(), ReferenceData.Policy(policy)!);

        Assert.Equal(160, golden.Length);
        var jobs = run.Jobs.ToDictionary(job => job.Job.Name);
        foreach (var row in golden)
        {
            var job = jobs[row.Text("job_name")];
            IsSame(row.Number("first_start_seconds"), job.FirstStartAt, job);
            IsSame(row.Number("completion_seconds"), job.CompletedAt, job);
            Assert.Equal(row.Number("restarts"), job.Restarts);
        }
    }

    private static void IsSame(double expected, double seconds, JobOutcome job) => Assert.True(
        Math.Abs(expected - seconds) <= Math.Max(1e-6 * expected, 0.001),
        FormattableString.Invariant($"{job.Job.Name}: {seconds:F4} s where {expected:F4} s are expected"));
}
