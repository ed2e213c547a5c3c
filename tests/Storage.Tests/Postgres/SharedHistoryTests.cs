using Sluice.Simulation.Store;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>
/// Any history of writes through two stores leaves what it would leave through one, and each of them tells it alike.
/// </summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class SharedHistoryTests : IDisposable
{
    private const int Steps = 60;

    private readonly PostgresDatabase _database = new();
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Two_stores_agree_with_the_model_of_one(int seed)
    {
        var random = new Random(seed);
        var model = new ModelStore(TestJson.NewOptions(), _time);
        var (onModel, onStores) = (new RandomHistory(_time.GetUtcNow()), new RandomHistory(_time.GetUtcNow()));
        using var one = Open(random);
        using var other = Open(random);
        SluiceStore[] stores = [one, other];
        var positions = new long[2];
        var followed = new SortedDictionary<string, long>[] { new(StringComparer.Ordinal), new(StringComparer.Ordinal) };
        for (var step = 0; step < Steps; step++)
        {
            foreach (var command in RandomHistory.AnyCommands(random))
            {
                // One after the other, so that the model's numbers are theirs; each by a process of its own choice.
                var store = stores[random.Next(2)];
                Assert.Equal(
                    await onModel.PlayAsync(command, model, model), await onStores.PlayAsync(command, store, store));
            }

            var asked = random.Next(2);
            await FollowAsync(stores[asked]);
            var expected = await model.ReadChangesAsync("default", 0, 1_000);
            Assert.Equal(
                expected!.Value.ToDictionary(row => row.Key, row => row.Change), followed[asked]);
            Assert.Equal(
                (await model.ReadEventsAsync("default", 0, 1_000)).Rows.Select(row => (row.Number, row.Event.Kind)),
                (await stores[asked].ReadEventsAsync("default", 0, 1_000)).Rows
                    .Select(row => (row.Number, row.Event.Kind)));

            async Task FollowAsync(SluiceStore store)
            {
                var newest = await store.ReadNewestChangeAsync("default");
                while (positions[asked] < newest)
                {
                    foreach (var row in (await store.ReadChangesAsync("default", positions[asked], 5))!.Value)
                    {
                        followed[asked][row.Key] = row.Change;
                        positions[asked] = row.Change;
                    }
                }
            }
        }
    }

    public void Dispose() => _database.Dispose();

    private SluiceStore Open(Random random) => SluiceStore.OpenPostgres(
        new() { Json = TestJson.NewOptions(), MaxRecentRows = random.Next(3) * 10 },
        _database.Options(isShared: true),
        _time);
}
