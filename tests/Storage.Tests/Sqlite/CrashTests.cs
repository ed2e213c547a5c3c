using System.Diagnostics;
using System.Globalization;
using Sluice.CrashWriter;
using Sluice.Grains.Interfaces;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Sqlite;

public sealed class CrashTests : IDisposable
{
    private const int Kills = 5;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_process_was_killed()
    {
        var acknowledged = new Dictionary<int, int>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await WriteUntilKilledAsync(acknowledged, writesBeforeKill: 150 * kill);

            using var store = SluiceStore.Open(
                new() { DataDirectory = _folder.Path, Json = new() { TypeInfoResolver = CounterJson.Default } });
            var total = 0;
            foreach (var (writer, count) in acknowledged)
            {
                var state = new TestGrainState<CounterState>();
                await store.ReadStateAsync(
                    "job", GrainId.Create("job", GrainKeys.Job("default", $"writer-{writer}")), state);

                // One more may have been committed without its answer being read.
                Assert.InRange(state.State.Count, count, count + 1);
                total += state.State.Count;
                acknowledged[writer] = state.State.Count;
            }

            Assert.InRange(await store.ReadNewestChangeAsync("default"), total, total + 16);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task WriteUntilKilledAsync(Dictionary<int, int> acknowledged, int writesBeforeKill)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "exec", typeof(CounterState).Assembly.Location, _folder.Path },
            RedirectStandardOutput = true,
        })!;
        var writes = 0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ');
            if (parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var count))
            {
                acknowledged[int.Parse(parts[0], CultureInfo.InvariantCulture)] = count;
            }

            if (++writes == writesBeforeKill)
            {
                // No handler of the process runs. What it had printed is still read to the end.
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.True(writes >= writesBeforeKill, "the writer ended by itself");
    }
}
