using Sluice.Cli.Simulating;
using Sluice.Cli.Tests.Support;
using Sluice.Simulation;

namespace Sluice.Cli.Tests.Simulating;

/// <summary>What is said of histories that break a promise: here by a made-up player, as real ones do not.</summary>
public sealed class ManyHistoriesTests : IDisposable
{
    private readonly ToldWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly MemoryStream _bytes = new();
    private readonly List<string> _outAtReplays = [];

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        _bytes.Dispose();
    }

    [Fact]
    public async Task A_broken_promise_is_told_before_its_history_is_reduced()
    {
        var code = await RunAsync();

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("seed 7: promise: broken (step 40, 1.500 s)\n", _outAtReplays[0], StringComparison.Ordinal);
        Assert.Contains(
            "    ./sluice simulate --seed 7 --steps 100 --trace\n", _outAtReplays[0], StringComparison.Ordinal);
        Assert.Contains("1 histories, ", _outAtReplays[0], StringComparison.Ordinal);
        Assert.DoesNotContain("reduced", _outAtReplays[^1], StringComparison.Ordinal);
        Assert.EndsWith(
            "reduced from 3 happenings to 1 happening, in 40 steps: promise: broken (step 40, 1.500 s)\n"
            + "./sluice simulate --seed 7 --steps 40 --only 'needed' --trace\n",
            _out.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_promise_is_told_while_other_histories_are_still_played()
    {
        var told = "";

        var code = await RunAsync(histories: 2, play: plan =>
        {
            if (plan.Seed == 7)
            {
                return Play(plan);
            }

            Assert.True(_out.IsTold.Wait(TimeSpan.FromMinutes(1)), "nothing was told of the other history");
            told = _out.ToString();
            return Play(plan) with { Violation = null };
        });

        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("seed 7: promise: broken", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reduction_that_is_interrupted_prints_the_shortest_so_far()
    {
        using var interrupted = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            play: plan =>
            {
                if (_outAtReplays.Count == 3)
                {
                    interrupted.Cancel();
                }

                interrupted.Token.ThrowIfCancellationRequested();
                return Play(plan);
            },
            cancellationToken: interrupted.Token));

        Assert.Contains("\nreduced from 3 happenings to 3 happenings, in 40 steps: ", _out.ToString(),
            StringComparison.Ordinal);
        Assert.EndsWith("./sluice simulate --seed 7 --steps 40 --trace\n", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_what_is_told_at_once_goes_to_standard_error()
    {
        var code = await RunAsync(asJson: true);

        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("seed 7: promise: broken", _error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("{", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("--only 'needed'", _out.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(
        int histories = 1,
        Func<HistoryPlan, HistoryResult>? play = null,
        bool asJson = false,
        CancellationToken cancellationToken = default)
    {
        var played = 0;
        var many = new ManyHistories(new Shell().Environment(_out, _error, _bytes), (plan, _, _) =>
        {
            if (Interlocked.Increment(ref played) > histories)
            {
                _outAtReplays.Add(_out.ToString());
            }

            return (play ?? Play)(plan);
        });
        return many.PlayAsync(new() { Seed = 7, Steps = 100 }, histories, asJson, cancellationToken);
    }

    /// <summary>Breaks in its 40th step if one of three things happens.</summary>
    private static HistoryResult Play(HistoryPlan plan)
    {
        string[] happened = [.. new[] { "one", "needed", "another" }.Where(one => plan.Only?.Contains(one) != false)];
        return new()
        {
            Plan = plan,
            Steps = 50,
            VirtualTime = TimeSpan.FromSeconds(2),
            Violation = plan.Steps >= 40 && happened.Contains("needed")
                ? new("promise", "broken", TimeSpan.FromSeconds(1.5), 40)
                : null,
            Happened = happened,
            Counts = new Dictionary<string, long>(),
        };
    }

    /// <summary>Tells that something was written.</summary>
    private sealed class ToldWriter : StringWriter
    {
        public ManualResetEventSlim IsTold { get; } = new();

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            IsTold.Set();
        }

        protected override void Dispose(bool disposing)
        {
            IsTold.Dispose();
            base.Dispose(disposing);
        }
    }
}
