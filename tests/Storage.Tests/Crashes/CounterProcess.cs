using System.Diagnostics;
using System.Globalization;
using Sluice.CrashWriter;
using Sluice.Grains.Interfaces;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Crashes;

/// <summary>A process that writes until it is killed.</summary>
internal sealed class CounterProcess : IDisposable
{
    public const int Writers = 16;

    private readonly Process _process;

    public CounterProcess(string place) => _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
    {
        ArgumentList = { "exec", typeof(CounterState).Assembly.Location, place },
        RedirectStandardOutput = true,
    })!;

    public static async Task<int> ReadCountAsync(SluiceStore store, int writer)
    {
        var state = new TestGrainState<CounterState>();
        await store.ReadStateAsync("job", GrainId.Create("job", GrainKeys.Job("default", $"writer-{writer}")), state);
        return state.State.Count;
    }

    /// <param name="acknowledged">Gets the count of each writer as it was last acknowledged.</param>
    /// <param name="writesBeforeKill">Acknowledged writes after which it is killed.</param>
    public async Task WriteUntilKilledAsync(Dictionary<int, int> acknowledged, int writesBeforeKill)
    {
        var writes = 0;
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ');
            if (parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var count))
            {
                acknowledged[int.Parse(parts[0], CultureInfo.InvariantCulture)] = count;
            }

            if (++writes == writesBeforeKill)
            {
                // No handler of the process runs. What it had printed is still read to the end.
                _process.Kill();
            }
        }

        await _process.WaitForExitAsync();
        Assert.True(writes >= writesBeforeKill, "the writer ended by itself");
    }

    public void Dispose() => _process.Dispose();
}
