using Sluice.CrashWriter;
using Sluice.Storage.Tests.Postgres;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Crashes;

/// <summary>Writers that are killed, on every dialect.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Kills = 5;

    private readonly TemporaryFolder _folder = new();
    private PostgresDatabase? _database;

    [Fact]
    public Task What_SQLite_acknowledged_is_there_after_the_process_was_killed() => KillAsync(_folder.Path);

    [Fact]
    [Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
    public Task What_PostgreSQL_acknowledged_is_there_after_the_process_was_killed() =>
        KillAsync((_database = new()).Url);

    public void Dispose()
    {
        _database?.Dispose();
        _folder.Dispose();
    }

    private static async Task KillAsync(string place)
    {
        var acknowledged = new Dictionary<int, int>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            using (var writer = new CounterProcess(place))
            {
                await writer.WriteUntilKilledAsync(acknowledged, writesBeforeKill: 150 * kill);
            }

            using var store = CounterStore.Open(place);
            var total = 0;
            foreach (var (writer, count) in acknowledged)
            {
                var stored = await CounterProcess.ReadCountAsync(store, writer);

                // One more may have been committed without its answer being read.
                Assert.InRange(stored, count, count + 1);
                total += stored;
                acknowledged[writer] = stored;
            }

            Assert.InRange(await store.ReadNewestChangeAsync("default"), total, total + CounterProcess.Writers);
        }
    }
}
