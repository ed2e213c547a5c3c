namespace Sluice.Grains.Ports;

/// <summary>
/// Whether this process may take what its activations have in memory for the newest there is. On a cluster another
/// process may have taken its grains over while it hung; then what it knows may be old, though it can no longer write.
/// </summary>
public interface IReadLease
{
    /// <summary>
    /// True: nobody else can have activated a grain of this process up to now, and memory may be answered from. False:
    /// the store must be asked first.
    /// </summary>
    bool IsHeld { get; }
}

/// <summary>Of a process that nobody else can take over from: the store is its own.</summary>
public sealed class SoleProcessLease : IReadLease
{
    public bool IsHeld => true;
}
