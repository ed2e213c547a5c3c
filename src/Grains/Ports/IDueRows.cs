using System.Collections.Immutable;

namespace Sluice.Grains.Ports;

/// <summary>Wake-ups that were committed with the rows of their grains.</summary>
public interface IDueRows
{
    /// <summary>
    /// Keys of grains that are due at <paramref name="now"/>, longest due first; at most <paramref name="max"/>.
    /// </summary>
    Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken = default);
}
