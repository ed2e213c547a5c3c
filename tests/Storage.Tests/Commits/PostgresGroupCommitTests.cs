using Sluice.Grains.Interfaces;
using Sluice.Storage.Dialects;
using Sluice.Storage.Tests.Postgres;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Commits;

[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class PostgresGroupCommitTests : GroupCommitTests
{
    private readonly PostgresDatabase _database = new();

    [Fact]
    public async Task A_batch_of_any_size_takes_one_round_trip()
    {
        var store = Open();
        await PutAsync(store, "opens-the-domain");
        var first = await HoldAsync(store);
        var writes = Enumerable.Range(0, 100).Select(i => PutAsync(store, $"job-{i}")).ToList();
        using var roundTrips = new RoundTrips(_database);

        Release();
        await Task.WhenAll([first, .. writes]);

        // That of the first write alone, and that of the hundred.
        Assert.Equal(2, roundTrips.Take());
    }

    [Fact]
    public async Task A_session_holds_what_it_waits_for_no_longer_than_a_second_or_so()
    {
        var store = Open();
        var state = new TestGrainState<TestJob>();
        await store.WriteStateAsync("job", GrainId.Create("job", GrainKeys.Job("default", "held")), state);

        // Somebody else has the row, and does not let go of it.
        await using (var other = _database.Connect())
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "SELECT 1 FROM sluice.jobs WHERE key = 'job/default/held' FOR UPDATE";
            await command.ExecuteScalarAsync();

            var failed = await Assert.ThrowsAsync<StoreException>(() => store.WriteStateAsync(
                "job", GrainId.Create("job", GrainKeys.Job("default", "held")), state));
            Assert.Equal(StoreFailure.Busy, failed.Reason);
            await PutAsync(store, "free");
        }

        await store.WriteStateAsync("job", GrainId.Create("job", GrainKeys.Job("default", "held")), state);
    }

    private protected override SluiceStore Open(StoreOptions options, Func<IStoreDialect, IStoreDialect> wrap) =>
        SluiceStore.OpenPostgres(options, _database.Options(), timeProvider: null, loggers: null, wrap);

    protected override void Dispose(bool isDisposing) => _database.Dispose();
}
