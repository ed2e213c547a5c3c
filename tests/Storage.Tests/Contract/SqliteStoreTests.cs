using Sluice.Grains.Ports;
using Sluice.Storage.Tests.Commits;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Contract;

/// <summary>With the most recent rows in memory, as it runs.</summary>
public class SqliteStoreTests : StoreContractTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly SluiceStore _store;
    private ScriptedDialect _script = null!;

    public SqliteStoreTests()
        : this(maxRecentRows: 8)
    {
    }

    protected SqliteStoreTests(int maxRecentRows)
    {
        _store = SluiceStore.Open(
            new()
            {
                DataDirectory = _folder.Path,
                Json = TestJson.NewOptions(),
                MarkerLifetimeChanges = MarkerLifetimeChanges,
                MaxEvents = MaxEvents,
                MaxRecentRows = maxRecentRows,
            },
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
        _folder.Dispose();
    }
}
