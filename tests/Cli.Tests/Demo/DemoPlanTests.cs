using Sluice.Cli.Demo;
using Sluice.Scheduling.Placement;

namespace Sluice.Cli.Tests.Demo;

public sealed class DemoPlanTests
{
    [Theory]
    [InlineData(null, false, "recent-checkpoint")]
    [InlineData("srtf", false, "srtf")]
    [InlineData(null, true, "fixed, recent-checkpoint, adaptive")]
    [InlineData("adaptive", true, "fixed, adaptive")]
    [InlineData("recent-checkpoint", true, "fixed, recent-checkpoint")]
    public void Each_run_is_labelled_by_what_it_is(string? policy, bool compare, string labels) =>
        Assert.Equal(labels, string.Join(", ", DemoPlan.All(policy, compare).Select(plan => plan.Label)));

    [Theory]
    [InlineData(null)]
    [InlineData("srtf")]
    public void Fixed_GPUs_are_the_same_run_whatever_they_are_compared_with(string? policy) =>
        Assert.Equal(
            new(PolicyCatalog.Default, IsRigid: true), DemoPlan.All(policy, compare: true).Single(plan => plan.IsRigid));

    [Fact]
    public void What_is_compared_are_policies_that_a_server_has() =>
        Assert.Subset(PolicyCatalog.Names.ToHashSet(), DemoPlan.ComparedPolicies.ToHashSet());
}
