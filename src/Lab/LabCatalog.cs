using System.Collections.Immutable;
using Sluice.Lab.Baselines;
using Sluice.Lab.Model;

namespace Sluice.Lab;

/// <summary>Every policy that the Lab can play.</summary>
public static class LabCatalog
{
    /// <summary>Ours, which the product runs as well.</summary>
    public static ImmutableArray<LabPolicy> Own { get; } = [];

    public static ImmutableArray<LabPolicy> All { get; } = [.. Own, .. BaselineCatalog.All];
}
