using System.Collections.Immutable;
using Sluice.Lab.Adaptive;
using Sluice.Lab.Baselines;
using Sluice.Lab.Model;
using Sluice.Scheduling.Adaptive;

namespace Sluice.Lab;

/// <summary>Every policy that the Lab can play.</summary>
public static class LabCatalog
{
    /// <summary>Ours, which the product runs as well.</summary>
    public static ImmutableArray<LabPolicy> Own { get; } =
    [
        new("adaptive", Knowledge.Learned, (_, _) => new AdaptivePolicy()),
        new(
            "adaptive-stored",
            Knowledge.Learned,
            (_, _) => new AdaptivePolicy(new StoredForecaster(), new()))
        {
            KeepsStarts = true,
        },
        new(
            "adaptive-oracle",
            Knowledge.Oracle,
            (oracle, _) => new AdaptivePolicy(new OracleForecaster(oracle), new())),
    ];

    public static ImmutableArray<LabPolicy> All { get; } = [.. Own, .. BaselineCatalog.All];
}
