using Sluice.Grains.Ports;
using Sluice.Storage.Tests.Commits;
using Sluice.Storage.Tests.Postgres;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Contract;

/// <summary>With the most recent rows in memory, as a process that has the database alone runs.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public class PostgresStoreTests : StoreContractTests
{
    private readonly PostgresDatabase _database = new();
    private readonly SluiceStore _store;
    private ScriptedDialect _script = null!;

    public PostgresStoreTests()
        : this(maxRecentRows: 8, isShared: false)
    {
    }

    protected PostgresStoreTests(int maxRecentRows, bool isShared)
    {
        _store = SluiceStore.OpenPostgres(
            new()
            {
                Json = TestJson.NewOptions(),
                MarkerLifetimeChanges = MarkerLifetimeChanges,
                MaxEvents = MaxEvents,
                MaxRecentRows = maxRecentRows,
            },
            _database.Options(isShared),
            Time,
            loggers: null,
            dialect => _script = new(dialect));
    }

    protected override IGrainStorage Records => _store;

    protected override IJobRows Jobs => _store;

    protected override IRowCollections Rows => _store;

    protected override IDueRows Due => _store;

    protected override IEventRows Events => _store;

    protected override void LoseNextAnswer() => _script.OnCommitted = () =>
    {
        _script.OnCommitted = () => { };
        throw new IOException("lost");
    };

    protected override void Dispose(bool isDisposing)
    {
        _store.Dispose();
        _database.Dispose();
    }
}
