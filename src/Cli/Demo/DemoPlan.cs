using System.Collections.Immutable;
using Sluice.Scheduling.Placement;

namespace Sluice.Cli.Demo;

/// <summary>What one run of the demo is to show.</summary>
/// <param name="Policy">Of its server.</param>
/// <param name="IsRigid">True: each job at its request, so that nothing is ever resized.</param>
internal sealed record DemoPlan(string Policy, bool IsRigid = false)
{
    /// <summary>What is compared with fixed GPUs where no policy was chosen.</summary>
    public static ImmutableArray<string> ComparedPolicies { get; } = [PolicyCatalog.Default, "adaptive"];

    /// <summary>Short enough to head a column.</summary>
    public string Label => IsRigid ? "fixed" : Policy;

    /// <summary>For people, before the run.</summary>
    public string Description => IsRigid ? "fixed GPUs, each job at its request" : $"elastic, policy {Policy}";

    /// <param name="policy">The chosen one; null: none was.</param>
    /// <param name="compare">True: fixed GPUs first, always under the default policy, then the elastic runs.</param>
    public static ImmutableArray<DemoPlan> All(string? policy, bool compare) => (policy, compare) switch
    {
        (_, false) => [new(policy ?? PolicyCatalog.Default)],
        (null, true) => [Fixed, .. ComparedPolicies.Select(compared => new DemoPlan(compared))],
        ({ } chosen, true) => [Fixed, new(chosen)],
    };

    private static DemoPlan Fixed => new(PolicyCatalog.Default, IsRigid: true);
}
