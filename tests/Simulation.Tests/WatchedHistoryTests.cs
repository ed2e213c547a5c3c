using Sluice.Simulation.Engine;
using Sluice.Simulation.Tests.Checks;

namespace Sluice.Simulation.Tests;

public sealed class WatchedHistoryTests : IBreaksPromises, IDisposable
{
    private static readonly HistoryPlan Plan = new() { Seed = 1, Steps = 100 };

    private readonly ManualResetEventSlim _goOn = new();
    private HistoryResult? _result;

    IEnumerable<string> IBreaksPromises.Broken => [_result?.Violation?.Invariant ?? ""];

    public void Dispose() => _goOn.Set();

    [Fact]
    [Breaks(Promises.WorkComesToRest)]
    public void A_piece_of_work_that_never_ends_is_a_violation_and_no_more_histories_begin()
    {
        var run = new SimulationRun((plan, _, _) =>
            _result = WatchedHistory.Play(NewWorld, PlayStuck, plan, TimeSpan.FromMilliseconds(20)));

        run.Play(first: 1, histories: 1_000_000, steps: 100);

        Assert.True(_result?.IsStuck);
        Assert.InRange(run.Histories, 1, 1_000);
        Assert.Equal(run.Histories, run.Failing.Count);
        Assert.Equal(Promises.WorkComesToRest, _result?.Violation?.Invariant);
        Assert.Contains("of p1", _result?.Violation?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_ends_is_the_result_or_the_failure_of_the_history()
    {
        var played = WatchedHistory.Play(
            NewWorld, world => History.Play(world, Plan, progress: null), Plan, WatchedHistory.Patience);
        var failure = Assert.Throws<InvalidOperationException>(() => WatchedHistory.Play(
            NewWorld, _ => throw new InvalidOperationException("broken"), Plan, WatchedHistory.Patience));

        Assert.Equal(History.Play(Plan).Steps, played.Steps);
        Assert.False(played.IsStuck);
        Assert.Equal("broken", failure.Message);
    }

    /// <summary>Goes on when the test is over.</summary>
    private HistoryResult PlayStuck(World world)
    {
        new SimulatedProcess(world.Simulator, "p1").Run(() =>
        {
            _goOn.Wait();
            return Task.CompletedTask;
        });
        world.Simulator.After(TimeSpan.FromSeconds(1), world.Simulator.World, () => { });
        world.Simulator.RunUntil(() => world.Simulator.Steps == 1);
        return History.Play(Plan);
    }

    private static World NewWorld() => new(seed: 1, only: null, trace: null);
}
