using System.Diagnostics;

namespace Sluice.Simulation.Tests;

public sealed class ReplayTests
{
    [Theory]
    [InlineData(7, 200)]
    [InlineData(8, 3_000)]
    public async Task A_seed_gives_the_same_trace_in_another_process_byte_for_byte(int seed, int steps)
    {
        var here = TraceOf(new() { Seed = (ulong)seed, Steps = steps });

        var there = await TraceOfOtherProcessAsync($"{seed}", $"{steps}");

        Assert.NotEmpty(here);
        Assert.Equal(here, there);
    }

    [Fact]
    public void A_replay_with_all_that_happened_is_the_same_history()
    {
        var plan = new HistoryPlan { Seed = 5, Steps = 300 };
        var happened = History.Play(plan).Happened!;

        Assert.NotEmpty(happened);
        Assert.Equal(TraceOf(plan), TraceOf(plan with { Only = happened.ToHashSet() }));
    }

    [Fact]
    public void A_replay_with_nothing_of_it_has_neither_clients_nor_faults()
    {
        var result = History.Play(new() { Seed = 5, Steps = 300, Only = new HashSet<string>() });

        Assert.Empty(result.Happened!);
        Assert.DoesNotContain(result.Counts.Keys, what => what.StartsWith("clients", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_seed_is_another_history() =>
        Assert.NotEqual(TraceOf(new() { Seed = 1, Steps = 100 }), TraceOf(new() { Seed = 2, Steps = 100 }));

    private static string TraceOf(HistoryPlan plan)
    {
        using var trace = new StringWriter();
        History.Play(plan, trace);
        return trace.ToString();
    }

    private static async Task<string> TraceOfOtherProcessAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Sluice.TraceWriter.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
        var trace = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return trace;
    }
}
