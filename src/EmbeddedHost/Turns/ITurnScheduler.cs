namespace Sluice.EmbeddedHost.Turns;

/// <summary>
/// Decides when and on which thread the turns of activations run. All execution of grain code goes through it, so a
/// seeded, single-threaded scheduler can be put in its place.
/// </summary>
public interface ITurnScheduler
{
    /// <summary>Turns that one activation may run in a row before it goes behind the others; 1 or more.</summary>
    int MaxTurnsInARow { get; }

    /// <summary>Has <paramref name="turns"/> executed once, soon, and never inside this call.</summary>
    /// <param name="turns">The turns of one activation; it is not scheduled again before it was executed.</param>
    /// <param name="isContinued">
    /// True: it has just had its <see cref="MaxTurnsInARow"/> and must let others go first.
    /// </param>
    void Schedule(IThreadPoolWorkItem turns, bool isContinued);
}
