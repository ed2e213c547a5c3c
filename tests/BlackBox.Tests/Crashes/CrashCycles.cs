using System.Globalization;
using Xunit.Abstractions;

namespace Sluice.BlackBox.Tests.Crashes;

/// <summary>Kills a server again and again at random moments of a write load, and starts it again.</summary>
internal sealed class CrashCycles(SluiceServer server, WriteLoad load, int seed, ITestOutputHelper output)
{
    /// <summary>The server dies after at most so many acknowledged writes of a cycle.</summary>
    private const int MostWrites = 600;

    /// <summary>Of so many starts one is killed before it is ready, so that recovery itself is interrupted.</summary>
    private const int StartsPerInterruptedStart = 5;

    private readonly Random _random = new(seed);
    private readonly List<TimeSpan> _readyAfter = [];

    /// <summary>200 where the long counts are asked for.</summary>
    public static int Count => Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1" ? 200 : 10;

    /// <summary>Runs the cycles; each ends with a server that is ready and has lost nothing.</summary>
    /// <param name="count">How many.</param>
    /// <param name="check">What else must hold after each start.</param>
    public async Task RunAsync(int count, Func<Task>? check = null)
    {
        for (var cycle = 1; cycle <= count; cycle++)
        {
            await load.WriteUntilAsync(server.Api, _random.Next(MostWrites), server.Kill).InTimeAsync();
            if (cycle % StartsPerInterruptedStart == 0)
            {
                await server.StartAndKillAsync(linesOfLog: _random.Next(5));
            }

            _readyAfter.Add(await server.StartAsync());
            await load.AssertNothingLostAsync(server.Api);
            await (check?.Invoke() ?? Task.CompletedTask);
        }

        Report();
    }

    private void Report()
    {
        var sorted = _readyAfter.Order().ToList();
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {sorted.Count} cycles of kill -9, {sorted.Count + (sorted.Count / StartsPerInterruptedStart)} restarts; "
            + $"{load.AcknowledgedAdds} adds and {load.AcknowledgedUpdates} updates acknowledged, {load.Lost} lost; "
            + $"ready again after {sorted[sorted.Count / 2].TotalMilliseconds:F0} ms (median), "
            + $"{sorted[^1].TotalMilliseconds:F0} ms (longest)");
        output.WriteLine(line);
        // Also where the runner keeps the output of passed tests to itself.
        Console.WriteLine(line);
    }
}
