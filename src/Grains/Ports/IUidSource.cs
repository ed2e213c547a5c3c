namespace Sluice.Grains.Ports;

/// <summary>Makes uids of managed jobs: an argument of grains, so that simulated histories can be replayed.</summary>
public interface IUidSource
{
    /// <summary>Letters, digits and hyphens; never given before.</summary>
    string Next();
}

/// <summary>Random uids.</summary>
public sealed class RandomUidSource : IUidSource
{
    public string Next() => Guid.CreateVersion7().ToString();
}
