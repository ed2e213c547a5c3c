namespace Sluice.Simulation.Tests;

public sealed class ReducerTests
{
    private static readonly string[] All = [.. Enumerable.Range(0, 100).Select(number => $"h{number}")];

    [Fact]
    public void What_does_not_matter_is_left_out()
    {
        string[] needed = ["h3", "h57", "h98"];

        var reduced = new Reducer(Failing(needed), plan => Play(plan, needed, step: 40)).Reduce();

        Assert.Equal(needed, reduced.Happened);
        Assert.Equal(40, reduced.Plan.Steps);
        Assert.Equal("promise", reduced.Violation!.Invariant);
    }

    [Fact]
    public void A_history_that_breaks_something_else_is_no_reduction_of_it()
    {
        HistoryResult Fickle(HistoryPlan plan) => Play(plan, ["h3"], 40) is { Violation: { } violation } result
            && result.Happened!.Count < 50
                ? result with { Violation = violation with { Invariant = "another" } }
                : Play(plan, ["h3"], 40);

        var reduced = new Reducer(Failing(["h3"]), Fickle).Reduce();

        Assert.Equal("promise", reduced.Violation!.Invariant);
        Assert.InRange(reduced.Happened!.Count, 50, 51);
    }

    [Fact]
    public void A_reduction_ends_though_every_replay_is_another()
    {
        var replays = 0;
        HistoryResult Random(HistoryPlan plan)
        {
            replays++;
            return Play(plan, replays % 3 == 0 ? ["h1"] : ["never"], 40);
        }

        new Reducer(Failing(["h1"]), Random).Reduce();

        Assert.InRange(replays, 1, Reducer.MaxReplays);
    }

    [Fact]
    public void A_reduction_that_is_cancelled_has_the_shortest_so_far()
    {
        var replays = new List<int>();
        using var cancelled = new CancellationTokenSource();
        HistoryResult PlayUntilCancelled(HistoryPlan plan)
        {
            cancelled.Token.ThrowIfCancellationRequested();
            return Play(plan, ["h3"], 40);
        }

        var reducer = new Reducer(Failing(["h3"]), PlayUntilCancelled, replay =>
        {
            replays.Add(replay);
            if (replay == 5)
            {
                cancelled.Cancel();
            }
        });

        Assert.Throws<OperationCanceledException>(reducer.Reduce);
        Assert.Equal([1, 2, 3, 4, 5], replays);
        Assert.Equal(40, reducer.Shortest.Plan.Steps);
        Assert.NotNull(reducer.Shortest.Violation);
    }

    [Fact]
    public void A_history_of_too_many_happenings_to_be_kept_is_not_played_again()
    {
        var failing = Failing(["h3"]) with { Happened = null };

        var reduced = new Reducer(failing, _ => throw new InvalidOperationException("it takes an hour")).Reduce();

        Assert.Same(failing, reduced);
    }

    private static HistoryResult Failing(string[] needed) =>
        Play(new() { Seed = 1, Steps = 1_000 }, needed, step: 40);

    /// <summary>Breaks in its 40th step if all that is needed happens.</summary>
    private static HistoryResult Play(HistoryPlan plan, string[] needed, long step)
    {
        var happened = All.Where(one => plan.Only?.Contains(one) != false).ToList();
        var breaks = plan.Steps >= step && needed.All(happened.Contains);
        return new()
        {
            Plan = plan,
            Steps = plan.Steps,
            VirtualTime = TimeSpan.Zero,
            Violation = breaks ? new("promise", "broken", TimeSpan.Zero, step) : null,
            Happened = happened,
            Counts = new Dictionary<string, long>(),
        };
    }
}
