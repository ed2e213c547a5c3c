using System.Text.Json;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Simulating;

public sealed class SimulateCommandTests
{
    [Fact]
    public async Task Histories_that_hold_end_with_what_happened_in_them_and_status_0()
    {
        var result = await new Shell().RunAsync("simulate", "--seed", "5", "--steps", "100", "--histories", "3");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("servers: started", result.Out, StringComparison.Ordinal);
        Assert.Contains("3 histories, ", result.Out, StringComparison.Ordinal);
        Assert.Contains(" 0 violations", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_a_run_is_one_document()
    {
        var result = await new Shell().RunAsync(
            "simulate", "--seed", "5", "--steps", "100", "--histories", "3", "-o", "json");

        Assert.Equal(ExitCode.Done, result.Code);
        using var document = JsonDocument.Parse(result.Out);
        var run = document.RootElement;
        Assert.Equal(3, run.GetProperty("histories").GetInt32());
        Assert.InRange(run.GetProperty("steps").GetInt64(), 300, 10_000);
        Assert.InRange(run.GetProperty("counts").GetProperty("servers: started").GetInt64(), 3, 10_000);
        Assert.Equal(0, run.GetProperty("violations").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("replay").ValueKind);
    }

    [Fact]
    public async Task A_trace_tells_what_happens_and_is_the_same_twice()
    {
        string[] command = ["simulate", "--seed", "5", "--steps", "100", "--trace"];

        var result = await new Shell().RunAsync(command);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.StartsWith("    0.000000  world     storm 0\n", result.Out, StringComparison.Ordinal);
        Assert.Equal(result.Out, (await new Shell().RunAsync(command)).Out);
    }

    [Fact]
    public async Task A_replay_has_only_the_happenings_that_it_is_given()
    {
        var result = await new Shell().RunAsync(
            "simulate", "--seed", "5", "--steps", "100", "--trace", "--only", "none");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.DoesNotContain("  client  ", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--trace")]
    [InlineData("--histories", "2")]
    public async Task An_interrupted_simulation_ends_between_two_steps(params string[] options)
    {
        using var interrupted = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        string[] command = ["simulate", "--seed", "5", "--steps", "1000000000", .. options];

        var result = await new Shell().RunAsync(command, interrupted.Token);

        Assert.Equal(ExitCode.Interrupted, result.Code);
    }
}
