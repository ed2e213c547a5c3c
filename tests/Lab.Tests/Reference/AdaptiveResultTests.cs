using Sluice.Lab.Model;

namespace Sluice.Lab.Tests.Reference;

/// <summary>
/// What the adaptive policy is held to on the recorded workloads 1 to 3 of load 1.0. Limits are a few percent above what
/// docs/lab.md tells: the last digit of a logarithm, which is another on another processor, may change who goes first.
/// </summary>
public sealed class AdaptiveResultTests
{
    [ReferenceTheory]
    [InlineData("adaptive", "P1", 2_450)]
    [InlineData("adaptive", "P2", 3_180)]
    [InlineData("adaptive", "P5", 4_800)]
    [InlineData("adaptive", "P5s", 3_300)]
    [InlineData("adaptive-stored", "P1", 2_450)]
    [InlineData("adaptive-stored", "P2", 3_230)]
    [InlineData("adaptive-stored", "P5", 4_950)]
    [InlineData("adaptive-stored", "P5s", 3_430)]
    public void The_average_completion_time_stays_near_what_is_documented(string policy, string scenario, double seconds)
    {
        var folder = ReferenceData.Open();
        var means = folder.WorkloadNames.Where(name => name.StartsWith("load1.0-", StringComparison.Ordinal)).Take(3)
            .Select(name => LabGame.Play(
                    folder.ReadWorkload(name),
                    Scenario.All.Single(one => one.Name == scenario),
                    new(64),
                    LabCatalog.All.Single(one => one.Name == policy))
                .Jobs.Average(job => job.Jct))
            .ToList();

        Assert.Equal(3, means.Count);
        Assert.InRange(means.Average(), 1, seconds);
    }
}
