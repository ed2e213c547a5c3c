namespace Sluice.Grains;

/// <summary>Names of storage providers, in one place.</summary>
public static class StorageNames
{
    /// <summary>The store that keeps jobs.</summary>
    public const string Jobs = "sluice";
}
