namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// Lists count time in whole milliseconds, so that a job reads the same after it was stored. What is due is rounded up,
/// so that nothing is over before its time.
/// </summary>
public static class Clock
{
    public static DateTimeOffset Floor(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    public static DateTimeOffset After(DateTimeOffset start, TimeSpan span) =>
        Floor(start + span + TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1));
}
