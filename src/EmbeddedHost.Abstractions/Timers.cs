using System.Diagnostics.CodeAnalysis;

namespace Sluice.EmbeddedHost.Abstractions;

public interface IGrainTimer : IDisposable
{
    void Change(TimeSpan dueTime, TimeSpan period);
}

public readonly struct GrainTimerCreationOptions
{
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    public required TimeSpan DueTime { get; init; }

    /// <summary><see cref="Timeout.InfiniteTimeSpan"/>: once.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>True: ticks may run between the awaits of other calls. Default false.</summary>
    public bool Interleave { get; init; }

    /// <summary>True: a tick counts as use, so that the activation does not end as idle. Default false.</summary>
    public bool KeepAlive { get; init; }
}

public static class GrainBaseExtensions
{
    public static IGrainTimer RegisterGrainTimer(
        this IGrainBase grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        grain.GrainContext.RegisterTimer(callback, options);
}
