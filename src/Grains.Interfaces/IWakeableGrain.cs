namespace Sluice.Grains.Interfaces;

/// <summary>A grain that can be woken by a due row of the store.</summary>
[Alias("sluice.wakeable")]
public interface IWakeableGrain : IGrainWithStringKey
{
    /// <summary>
    /// Something may be due. The grain compares with its state: a wake-up may come late, twice, or for nothing.
    /// </summary>
    [Alias("wake")]
    Task WakeAsync();
}
