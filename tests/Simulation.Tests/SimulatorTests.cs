using Sluice.Simulation.Engine;
using Sluice.Simulation.Tests.Checks;

namespace Sluice.Simulation.Tests;

public sealed class SimulatorTests : IBreaksPromises
{
    private readonly List<string> _log = [];
    private Violation? _violation;

    IEnumerable<string> IBreaksPromises.Broken => [_violation?.Invariant ?? ""];

    [Fact]
    public void Events_come_at_their_times_whatever_the_order_in_which_they_were_made()
    {
        var simulator = NewSimulator(1);
        foreach (var seconds in new[] { 3, 1, 2 })
        {
            simulator.After(
                TimeSpan.FromSeconds(seconds), simulator.World, () => _log.Add($"{simulator.Now.TotalSeconds}"));
        }

        simulator.RunUntil(() => _log.Count == 3);

        Assert.Equal(["1", "2", "3"], _log);
        Assert.Equal(3, simulator.Steps);
    }

    [Fact]
    public void What_is_ready_at_once_runs_in_an_order_that_the_seed_picks()
    {
        var orders = Enumerable.Range(1, 20).Select(seed => string.Concat(OrderOf((ulong)seed))).ToList();

        Assert.True(orders.Distinct().Count() > 1);
        Assert.Equal(orders, Enumerable.Range(1, 20).Select(seed => string.Concat(OrderOf((ulong)seed))));
    }

    [Fact]
    public void Loops_wait_in_virtual_time()
    {
        var simulator = NewSimulator(1);
        var server = new SimulatedProcess(simulator, "p");
        server.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromHours(5), server.Time);
            _log.Add($"{server.Time.GetUtcNow() - Simulator.Start}");
        });

        simulator.RunUntil(() => _log.Count == 1);

        Assert.Equal(["05:00:00"], _log);
    }

    [Fact]
    public void Nothing_of_a_crashed_process_runs_any_more_not_even_what_cleans_up()
    {
        var simulator = NewSimulator(1);
        var server = new SimulatedProcess(simulator, "p");
        server.Run(async () =>
        {
            try
            {
                _log.Add("begun");
                await Task.Delay(TimeSpan.FromSeconds(2), server.Time);
                _log.Add("went on");
            }
            finally
            {
                _log.Add("cleaned up");
            }
        });
        simulator.After(TimeSpan.FromSeconds(1), simulator.World, server.Crash);
        simulator.After(TimeSpan.FromSeconds(3), simulator.World, () => _log.Add("later"));

        simulator.RunUntil(() => _log.Contains("later"));

        Assert.Equal(["begun", "later"], _log);
    }

    [Fact]
    public void Work_outside_of_the_scheduler_fails_the_run()
    {
        var simulator = NewSimulator(1);
        var server = new SimulatedProcess(simulator, "p");
        var elsewhere = new TaskCompletionSource();
        server.Run(async () =>
        {
            await elsewhere.Task;
            _log.Add("came back from another thread");
        });
        simulator.RunUntil(() => true);
        var thread = new Thread(elsewhere.SetResult);
        thread.Start();
        thread.Join();

        var failure = Assert.Throws<InvalidOperationException>(() => simulator.RunUntil(() => true));

        Assert.Contains("outside of the simulated scheduler", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Breaks(Promises.LoopsGoOn)]
    public void A_loop_that_ends_is_a_violation()
    {
        var simulator = NewSimulator(1);
        new SimulatedProcess(simulator, "p").RunForever("loop", () => Task.CompletedTask);

        simulator.RunUntil(() => false);

        _violation = simulator.Violation;
        Assert.Equal(Promises.LoopsGoOn, _violation?.Invariant);
    }

    [Fact]
    [Breaks(Promises.WorkComesToRest)]
    public void Work_that_never_rests_is_a_violation()
    {
        var simulator = NewSimulator(1);
        var server = new SimulatedProcess(simulator, "p");
        server.Run(async () =>
        {
            while (simulator.Violation is null)
            {
                await Task.Yield();
            }
        });

        simulator.RunUntil(() => false);

        _violation = simulator.Violation;
        Assert.Equal(Promises.WorkComesToRest, _violation?.Invariant);
    }

    [Fact]
    public void Steps_that_follow_each_other_at_one_moment_for_ever_are_a_violation()
    {
        var simulator = NewSimulator(1);
        void Again() => simulator.After(TimeSpan.Zero, simulator.World, Again);
        Again();

        simulator.RunUntil(() => false);

        Assert.Equal(Promises.WorkComesToRest, simulator.Violation?.Invariant);
        Assert.Contains("of world", simulator.Violation?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_names_no_more_happenings_than_a_reduction_can_leave_out()
    {
        var chance = new Chance(1);
        var stream = chance.Stream("a");
        for (var happening = 0; happening < Chance.MaxNoted; happening++)
        {
            stream.Strikes(1, "fails");
        }

        Assert.Equal(Chance.MaxNoted, chance.Happened?.Count);
        Assert.True(stream.Strikes(1, "fails"));
        Assert.Null(chance.Happened);
    }

    [Fact]
    public void Leaving_out_a_happening_leaves_the_draws_of_the_others_as_they_are()
    {
        var all = new Chance(9);
        var some = new Chance(9, new HashSet<string> { "b:fails:0" });

        Assert.True(all.Stream("a").Strikes(1, "fails"));
        Assert.False(some.Stream("a").Strikes(1, "fails"));
        Assert.True(some.Stream("b").Strikes(1, "fails"));
        Assert.Equal(all.Stream("a").Below(1_000_000), some.Stream("a").Below(1_000_000));
        Assert.Equal(["b:fails:0"], some.Happened);
    }

    private static Simulator NewSimulator(ulong seed) => new(new(seed), new(null));

    private List<string> OrderOf(ulong seed)
    {
        _log.Clear();
        var simulator = NewSimulator(seed);
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            new SimulatedProcess(simulator, name).Run(() =>
            {
                _log.Add(name);
                return Task.CompletedTask;
            });
        }

        simulator.RunUntil(() => _log.Count == 4);
        return [.. _log];
    }
}
