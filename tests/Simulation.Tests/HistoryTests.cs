namespace Sluice.Simulation.Tests;

/// <summary>1,000 histories of 200 steps; 10,000 with SLUICE_TEST_FULL=1.</summary>
public sealed class HistoryTests
{
    private const long Steps = 200;

    private static readonly int Histories =
        Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1" ? 10_000 : 1_000;

    [Fact]
    public void No_history_breaks_a_promise_and_histories_have_in_them_what_can_break_one()
    {
        var run = new SimulationRun(SimulationRun.PlayHistory);
        run.Play(first: 1, Histories, Steps);

        Assert.True(run.Failing.Count == 0, run.Failing.Count == 0 ? "" : Describe(run.Failing[0]));
        Assert.Equal(Histories, run.Histories);
        foreach (var (what, least) in Expected)
        {
            var count = run.Counts.GetValueOrDefault(what) * 1_000 / Histories;
            Assert.True(count >= least, $"{what}: {count} in 1,000 histories, expected {least}");
        }
    }

    [Fact]
    public void A_long_history_rests_between_its_storms()
    {
        var rests = new List<long>();

        var result = History.Play(new() { Seed = 3, Steps = 10_000 }, progress: rests.Add);

        Assert.Null(result.Violation);
        Assert.True(rests.Count > 1);
        Assert.Equal(rests.Order(), rests);
        Assert.Equal(result.Steps, rests[^1]);
    }

    /// <summary>In 1,000 histories, at least.</summary>
    private static (string What, long Least)[] Expected =>
    [
        ("servers: crashed with a commit under way", 150), ("activations: crashed with a commit under way", 50),
        ("commits: kept by a crash", 100), ("commits: lost in a crash", 100), ("crashes: at the executor", 100),
        ("crashes: before an answer", 50), ("servers: crashed", 300), ("servers: started beside another", 100),
        ("activations: crashed", 200), ("nodes: added", 50), ("GPUs: lost", 50), ("quotas: changed", 100),
        ("runs: damaged", 50), ("runs: missed while they start", 20),
        ("store: stalled", 100), ("conflicts", 100), ("nodes: lost", 50), ("nodes: shrunk", 10), ("runs: lost", 50),
        ("runs: started", 2_000), ("decisions: admitted", 1_000), ("decisions: resized", 200),
        ("decisions: preempted", 10), ("jobs: deployed", 1_000), ("jobs: completed", 1_000), ("jobs: deleted", 200),
        ("reasons: checked, Admit", 1_000),
        ("reasons: checked, Preempt", 10), ("reasons: checked, Wait", 500), ("lists: checked", 500),
        ("queues: handed out", 400), ("queues: taken back", 20), ("queues: flagged", 200), ("queues: moved", 400),
        ("queues: workers died", 10), ("histories: adaptive", 200), ("histories: fifo", 20), ("histories: equal-share", 20),
        ("histories: srtf", 20), ("clients: count", 500), ("clients: checkpoint", 5_000),
    ];

    private static string Describe(HistoryResult failing)
    {
        var reduced = new Reducer(failing, plan => History.Play(plan)).Reduce();
        return $"{failing.Violation}\nreduced: {reduced.Violation}\n./sluice simulate --seed {reduced.Plan.Seed} "
            + $"--steps {reduced.Plan.Steps} --only '{string.Join(',', reduced.Happened!)}' --trace";
    }
}
