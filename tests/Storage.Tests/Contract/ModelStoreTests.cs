using Sluice.Grains.Ports;
using Sluice.Simulation.Store;

namespace Sluice.Storage.Tests.Contract;

public sealed class ModelStoreTests : StoreContractTests
{
    private readonly ModelStore _store;

    public ModelStoreTests() =>
        _store = new(TestJson.NewOptions(), Time) { MarkerLifetimeChanges = MarkerLifetimeChanges, MaxEvents = MaxEvents };

    protected override IGrainStorage Records => _store;

    protected override IJobRows Jobs => _store;

    protected override IRowCollections Rows => _store;

    protected override IDueRows Due => _store;

    protected override IEventRows Events => _store;

    [Fact]
    public void Everything_completes_on_the_spot()
    {
        Assert.True(PutJobAsync("a").IsCompletedSuccessfully);
        Assert.True(Rows.CommitAsync(Batch("pool/default", null)).IsCompletedSuccessfully);
        Assert.True(Jobs.ReadActiveAsync(Domain, 0, 10).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Etags_come_from_a_counter_so_that_a_history_can_be_played_again()
    {
        await PutJobAsync("a");
        await PutJobAsync("a");

        Assert.Equal("2", StateOf("a").ETag);
    }

    [Fact]
    public async Task A_failure_before_the_commit_writes_nothing()
    {
        _store.CommitPath = (_, _) => throw new IOException("no");

        await Assert.ThrowsAsync<IOException>(() => PutJobAsync("a"));

        Assert.False((await ReadJobAsync("a")).RecordExists);
        Assert.Null(StateOf("a").ETag);
    }

    [Fact]
    public async Task A_failure_after_the_commit_leaves_the_writer_in_doubt_and_a_read_tells()
    {
        string? mine = null;
        _store.CommitPath = (commit, write) =>
        {
            mine = commit.NewETag;
            write();
            throw new IOException("lost");
        };

        await Assert.ThrowsAsync<IOException>(() => PutJobAsync("a"));

        Assert.Null(StateOf("a").ETag);
        Assert.Equal(mine, (await ReadJobAsync("a")).ETag);
    }

    [Fact]
    public async Task A_commit_waits_for_its_path()
    {
        var gate = new TaskCompletionSource();
        _store.CommitPath = async (_, write) =>
        {
            await gate.Task;
            write();
        };
        var writing = PutJobAsync("a");
        Assert.False((await ReadJobAsync("a")).RecordExists);

        gate.SetResult();

        await writing;
        Assert.True((await ReadJobAsync("a")).RecordExists);
    }

    [Fact]
    public async Task Of_two_stores_on_the_same_tables_only_one_can_write_over_what_both_have_read()
    {
        var tables = new ModelTables();
        var mine = new ModelStore(TestJson.NewOptions(), Time, tables);
        var other = new ModelStore(TestJson.NewOptions(), Time, tables);
        await mine.CommitAsync(Batch("pool/default", null));

        await Assert.ThrowsAsync<InconsistentStateException>(() => other.CommitAsync(Batch("pool/default", null)));

        Assert.Equal((await mine.LoadAsync("pool/default")).ETag, (await other.LoadAsync("pool/default")).ETag);
    }

    protected override void LoseNextAnswer() => _store.CommitPath = (_, write) =>
    {
        _store.CommitPath = null;
        write();
        throw new IOException("lost");
    };

    protected override void Dispose(bool isDisposing)
    {
    }
}
