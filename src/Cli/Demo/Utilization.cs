namespace Sluice.Cli.Demo;

/// <summary>
/// Held GPUs over time, as steps: what one look saw holds until the next. Pure but for its sum.
/// </summary>
internal sealed class Utilization
{
    private TimeSpan? _lastAt;
    private int _lastHeld;

    /// <summary>GPUs times seconds held so far.</summary>
    public double HeldGpuSeconds { get; private set; }

    /// <summary>Looks come in the order of time; one that is not later than the last replaces what it saw.</summary>
    public void Add(TimeSpan at, int held)
    {
        if (_lastAt is { } lastAt && at > lastAt)
        {
            HeldGpuSeconds += (at - lastAt).TotalSeconds * _lastHeld;
        }

        _lastAt = at;
        _lastHeld = held;
    }

    /// <summary>Part of the capacity that was held, 0 to 1.</summary>
    public double Over(TimeSpan makespan, int capacity) =>
        makespan <= TimeSpan.Zero || capacity <= 0 ? 0 : HeldGpuSeconds / (makespan.TotalSeconds * capacity);
}
