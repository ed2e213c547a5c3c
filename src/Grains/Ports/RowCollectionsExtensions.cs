namespace Sluice.Grains.Ports;

/// <summary>What owners of rows ask beside loading and committing.</summary>
public static class RowCollectionsExtensions
{
    /// <summary>Looks whether what an activation knows is what is stored.</summary>
    /// <exception cref="InconsistentStateException">Another activation has committed since.</exception>
    public static async Task CheckETagAsync(this IRowCollections store, string owner, string? expected)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await store.ReadETagAsync(owner) != expected)
        {
            throw new InconsistentStateException("the rows have been committed by another activation");
        }
    }
}
