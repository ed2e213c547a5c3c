using System.Diagnostics.CodeAnalysis;

namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>A running timer of an activation; disposing it stops it.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Begins anew; a callback that runs goes on.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>When a timer calls back, and what it does not wait for.</summary>
public readonly struct GrainTimerCreationOptions : IEquatable<GrainTimerCreationOptions>
{
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>
    /// Until the first callback; 0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>: never by itself.
    /// </summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of a callback to the next one; <see cref="Timeout.InfiniteTimeSpan"/>: once.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>True: ticks may run between the awaits of other calls. Default false.</summary>
    public bool Interleave { get; init; }

    /// <summary>True: a tick counts as use, so that the activation does not end as idle. Default false.</summary>
    public bool KeepAlive { get; init; }

    public static bool operator ==(GrainTimerCreationOptions left, GrainTimerCreationOptions right) =>
        left.Equals(right);

    public static bool operator !=(GrainTimerCreationOptions left, GrainTimerCreationOptions right) =>
        !left.Equals(right);

    public bool Equals(GrainTimerCreationOptions other) =>
        (DueTime, Period, Interleave, KeepAlive) == (other.DueTime, other.Period, other.Interleave, other.KeepAlive);

    public override bool Equals(object? obj) => obj is GrainTimerCreationOptions other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(DueTime, Period, Interleave, KeepAlive);
}

/// <summary>What every grain can do.</summary>
public static class GrainBaseExtensions
{
    /// <summary>
    /// Calls back on the grain's turns. A callback never overlaps itself and, unless it may interleave, runs between
    /// calls, not between the awaits of one. The token fires when the timer or the activation ends.
    /// </summary>
    public static IGrainTimer RegisterGrainTimer(
        this IGrainBase grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        ((IGrainHostContext)grain.GrainContext).RegisterTimer(callback, options);
}
