using Sluice.Simulation.Engine;

namespace Sluice.Simulation;

/// <summary>
/// Plays a history on a thread of its own, and gives it up where one piece of its work goes on for ever: on the thread
/// that does it nobody could tell.
/// </summary>
internal static class WatchedHistory
{
    /// <summary>Real time that one piece of work has; most take microseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Plays it.</summary>
    /// <param name="begin">Makes its world.</param>
    /// <param name="play">Plays it in that world.</param>
    /// <param name="plan">Which.</param>
    /// <param name="patience">Real time in which at least one piece of work must begin.</param>
    public static HistoryResult Play(
        Func<World> begin, Func<World, HistoryResult> play, HistoryPlan plan, TimeSpan patience)
    {
        World? world = null;
        var playing = Task.Factory.StartNew(
            () =>
            {
                Volatile.Write(ref world, begin());
                return play(world);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var ended = ((IAsyncResult)playing).AsyncWaitHandle;
        for (long before = 0; !ended.WaitOne(patience);)
        {
            var done = Volatile.Read(ref world)?.Simulator.WorkDone ?? 0;
            if (done > 0 && done == before)
            {
                return GiveUp(world!.Simulator, plan, patience);
            }

            before = done;
        }

        return playing.GetAwaiter().GetResult();
    }

    private static HistoryResult GiveUp(Simulator simulator, HistoryPlan plan, TimeSpan patience) => new()
    {
        Plan = plan,
        Steps = simulator.Steps,
        VirtualTime = simulator.Now,
        Violation = new(
            Promises.WorkComesToRest,
            $"one piece of work has not ended for {patience.TotalSeconds} s: of {simulator.Working}",
            simulator.Now,
            simulator.Steps),
        Happened = null,
        IsStuck = true,
        Counts = new Dictionary<string, long>(),
    };
}
