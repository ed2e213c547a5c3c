using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Grains;

/// <summary>What leads from one stored state of a grain to another.</summary>
/// <param name="Upserts">Rows to write over or add.</param>
/// <param name="Deletes">Rows to delete: collection and key.</param>
public sealed record RowDifference(
    ImmutableArray<OwnedRow> Upserts, ImmutableArray<(string Collection, string Key)> Deletes);
