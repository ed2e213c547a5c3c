namespace Sluice.Grains;

/// <summary>Names of storage providers, in one place: under them grains ask for what the store offers.</summary>
public static class StorageNames
{
    /// <summary>The store that keeps jobs.</summary>
    public const string Jobs = "sluice";
}
