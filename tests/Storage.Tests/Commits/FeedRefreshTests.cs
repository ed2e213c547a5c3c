using Sluice.Grains.Interfaces;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Commits;

/// <summary>What memory tells after a commit of unknown outcome, where the database does not answer at once.</summary>
public sealed class FeedRefreshTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SluiceStore _store;
    private ScriptedDialect _script = null!;
    private int _readsThatFail;
    private int _reads;

    public FeedRefreshTests()
    {
        _store = SluiceStore.Open(
            new() { DataDirectory = _folder.Path, Json = TestJson.NewOptions() },
            _time,
            loggers: null,
            dialect => _script = new(dialect));
        _script.OnReadDomains = () =>
        {
            if (Interlocked.Increment(ref _reads) <= _readsThatFail)
            {
                throw new IOException("no answer");
            }
        };
    }

    [Fact]
    public async Task A_lost_answer_is_made_good_as_soon_as_the_database_can_be_read_again()
    {
        await LoseAnswerAsync(readsThatFail: 3);
        Assert.Equal(0, await _store.ReadNewestChangeAsync("default"));

        await PassPauseAsync(TimeSpan.FromMilliseconds(50));
        await PassPauseAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, await _store.ReadNewestChangeAsync("default"));
        var waiting = _store.WaitForChangeAsync("default", 0);
        await PassPauseAsync(TimeSpan.FromMilliseconds(200));

        await waiting;
        Assert.Equal(1, await _store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task The_pause_between_two_reads_is_bounded()
    {
        await LoseAnswerAsync(readsThatFail: 20);
        for (var pause = 0; pause < 7; pause++)
        {
            await PassPauseAsync(TimeSpan.FromMilliseconds(50 << pause));
        }

        for (var read = _reads; read < 21; read++)
        {
            await PassPauseAsync(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(1, await _store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task A_write_between_two_reads_makes_it_good_and_ends_the_pauses()
    {
        await LoseAnswerAsync(readsThatFail: 1);

        await PutAsync("b");

        Assert.Equal(2, await _store.ReadNewestChangeAsync("default"));
        Assert.Equal(2, _reads);
        Assert.Equal(0, _time.PendingTimerCount);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_closes_all_the_same()
    {
        await LoseAnswerAsync(readsThatFail: int.MaxValue);

        await _store.DisposeAsync();

        Assert.Equal(0, _time.PendingTimerCount);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    private Task PutAsync(string name) => _store.WriteStateAsync(
        "job", GrainId.Create("job", GrainKeys.Job("default", name)), new TestGrainState<TestJob> { State = new() });

    /// <summary>Afterwards the committer pauses before its next read.</summary>
    private async Task LoseAnswerAsync(int readsThatFail)
    {
        _readsThatFail = readsThatFail;
        _script.OnCommitted = () =>
        {
            _script.OnCommitted = () => { };
            throw new IOException("lost");
        };
        await Assert.ThrowsAsync<IOException>(() => PutAsync("a"));
        Assert.Equal(1, _reads);
    }

    /// <summary>Nothing is read before the pause is over, and something right after it.</summary>
    private async Task PassPauseAsync(TimeSpan pause)
    {
        var reads = Volatile.Read(ref _reads);
        await Eventually.IsTrueAsync(() => _time.PendingTimerCount > 0, "the committer pauses");
        _time.Advance(pause - TimeSpan.FromTicks(1));
        Assert.Equal(reads, Volatile.Read(ref _reads));
        _time.Advance(TimeSpan.FromTicks(1));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _reads) > reads, "it reads again");
    }
}
