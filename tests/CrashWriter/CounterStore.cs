using Sluice.Storage;

namespace Sluice.CrashWriter;

/// <summary>The store that the writer writes to, and that a test looks into afterwards.</summary>
public static class CounterStore
{
    /// <param name="place">A folder, or a database as <c>postgres://</c>.</param>
    /// <param name="isShared">Of a database: others write to it as well.</param>
    public static SluiceStore Open(string place, bool isShared = false)
    {
        ArgumentNullException.ThrowIfNull(place);
        var options = new StoreOptions { Json = new() { TypeInfoResolver = CounterJson.Default } };
        if (place.StartsWith("postgres://", StringComparison.Ordinal))
        {
            return SluiceStore.OpenPostgres(options, new()
            {
                Url = place,
                IsShared = isShared,
                AllowsUnsafeServer = true,
            });
        }

        options.DataDirectory = place;
        return SluiceStore.Open(options);
    }
}
