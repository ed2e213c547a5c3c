using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Postgres;
using Sluice.Storage.Tests.Commits;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>
/// A store that has the database alone writes without asking first. What it believes is checked by what it writes: here
/// somebody else changes the tables behind its back.
/// </summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class BelievedWriterTests : IDisposable
{
    private const string Owner = "pool/default";

    private readonly PostgresDatabase _database = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RoundTrips _roundTrips;
    private ScriptedDialect _script = null!;
    private SluiceStore _store;
    private int _holds;

    public BelievedWriterTests()
    {
        _roundTrips = new(_database);
        _store = Open(_time);
    }

    [Fact]
    public async Task Whatever_is_written_takes_one_round_trip_once_its_domain_and_owner_are_known()
    {
        var (job, record) = (await AddJobAsync("a"), await AddRecordAsync());
        var owner = await _store.CommitAsync(Rows(etag: null));
        _roundTrips.Take();

        await WriteAsync(job);
        await WriteAsync(record);
        owner = await _store.CommitAsync(Rows(owner));
        await AddJobAsync("b");
        job.State.IsDeleted = true;
        await WriteAsync(job);
        job.State.IsDeleted = false;
        await WriteAsync(job);
        await _store.ClearStateAsync("job", JobId("a"), job);
        await _store.ClearStateAsync("state", RecordId, record);

        Assert.Equal(8, _roundTrips.Take());
        Assert.Equal(6, await _store.ReadNewestChangeAsync("default"));
        Assert.Equal(owner, await _store.ReadETagAsync(Owner));
    }

    [Fact]
    public async Task What_was_written_before_a_start_needs_no_look_either()
    {
        var job = await AddJobAsync("a");
        Reopen(_time);
        await AddJobAsync("opens-the-domain");
        _roundTrips.Take();

        await WriteAsync(job);

        Assert.Equal(1, _roundTrips.Take());
    }

    [Fact]
    public void Who_shares_the_database_always_looks_first()
    {
        _store.Dispose();
        using var dialect = new PostgresDialect(_database.Options(isShared: true), NullLogger.Instance);
        using var session = dialect.OpenWriter();
        _roundTrips.Take();

        foreach (var key in (string[])["a", "b"])
        {
            var write = new RecordWrite(key, "state", expectedETag: null, "next", body: []);
            session.Begin();
            session.ReadGuards([write]);
            session.WriteRecord(write);
            session.Commit();

            Assert.Equal(2, _roundTrips.Take());
        }
    }

    [Fact]
    public async Task A_job_that_was_changed_by_somebody_else_is_not_overwritten_and_the_rest_of_its_batch_is_written()
    {
        var (good, bad) = (await AddJobAsync("good"), await AddJobAsync("bad"));
        _database.Execute("UPDATE sluice.jobs SET etag = 'theirs', body = 'theirs' WHERE key = 'job/default/bad'");

        var told = await TogetherAsync(() => WriteAsync(good), () => WriteAsync(bad), () => AddJobAsync("new"));

        Assert.IsType<InconsistentStateException>(told[1]);
        Assert.Null(told[0] ?? told[2]);
        Assert.Equal("theirs", Stored("convert_from(body, 'UTF8')", "jobs", "job/default/bad"));
        Assert.Equal(4, await _store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task Records_and_owners_that_were_changed_by_somebody_else_are_not_overwritten()
    {
        var record = await AddRecordAsync();
        var owner = await _store.CommitAsync(Rows(etag: null));
        _database.Execute("UPDATE sluice.records SET etag = 'theirs'");
        _database.Execute("UPDATE sluice.owners SET etag = 'theirs'");

        var told = await TogetherAsync(() => WriteAsync(record), () => _store.CommitAsync(Rows(owner)));
        var cleared = await Xunit.Record.ExceptionAsync(() => _store.ClearStateAsync("state", RecordId, record));

        Assert.All([.. told, cleared], failure => Assert.IsType<InconsistentStateException>(failure));
        Assert.Equal("theirs", Stored("etag", "records", RecordId.Key.ToString()!));
        Assert.Equal("theirs", Stored("etag", "owners", Owner));
    }

    [Fact]
    public async Task A_job_that_is_gone_is_a_conflict()
    {
        var job = await AddJobAsync("a");
        _database.Execute("DELETE FROM sluice.jobs");

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(job));
    }

    [Fact]
    public async Task Who_waits_for_events_is_not_woken_by_those_of_a_conflict()
    {
        var job = await AddJobAsync("a");
        _database.Execute("UPDATE sluice.jobs SET etag = 'theirs'");
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(job));

        Assert.False(_store.WaitForEventAsync("default", after: 1).IsCompleted);
    }

    [Fact]
    public async Task What_was_added_by_somebody_else_is_a_conflict_for_who_adds_it()
    {
        await AddJobAsync("a");
        _database.Execute("""
            INSERT INTO sluice.jobs
            SELECT 'job/default/b', domain, 100, 100, kind, deleted, due, 'theirs', body FROM sluice.jobs
            """);
        _database.Execute("INSERT INTO sluice.records VALUES ('settings/1', 'state', 'theirs', '')");

        var told = await TogetherAsync(() => AddJobAsync("b"), AddRecordAsync, () => AddJobAsync("c"));

        Assert.IsType<InconsistentStateException>(told[0]);
        Assert.IsType<InconsistentStateException>(told[1]);
        Assert.Null(told[2]);
        Assert.Equal("theirs", Stored("etag", "jobs", "job/default/b"));
    }

    [Fact]
    public async Task Counters_that_were_moved_by_somebody_else_are_not_set_back()
    {
        await AddJobAsync("a");
        _database.Execute("UPDATE sluice.domains SET newest_change = 100, newest_added = 200, newest_event = 300");

        await AddJobAsync("b");

        var row = Assert.Single(await _store.ReadInOrderAsync("default", after: 1, max: 10));
        Assert.Equal((101, 201), (row.Change, row.Added));
        Assert.Equal(301, (await _store.ReadEventsAsync("default", 0, 10)).Newest);
    }

    [Fact]
    public async Task After_a_failure_nothing_is_believed_until_the_database_has_told()
    {
        var job = await AddJobAsync("a");
        var told = await TogetherAsync(
            () => AddJobAsync("b"), () => _store.ClearStateAsync("state", RecordId, Record("never-given")));
        Assert.IsType<InconsistentStateException>(told[1]);
        _script.OnWrite = _ => throw new StoreException(StoreFailure.InputOutput, "cannot");
        await Assert.ThrowsAsync<StoreException>(() => AddJobAsync("c"));
        _script.OnWrite = _ => { };
        _roundTrips.Take();

        await WriteAsync(job);
        Assert.Equal(2, _roundTrips.Take());
        await WriteAsync(job);
        Assert.Equal(1, _roundTrips.Take());
        Assert.Equal(4, await _store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task What_an_unknown_commit_has_stored_is_not_written_again()
    {
        // The committer pauses before it tries again.
        Reopen(TimeProvider.System);
        var job = await AddJobAsync("a");
        _script.OnCommitted = () =>
        {
            _script.OnCommitted = () => { };
            throw new StoreException(StoreFailure.Unavailable, "the answer was lost");
        };

        await WriteAsync(job);

        Assert.Equal(2, await _store.ReadNewestChangeAsync("default"));
        Assert.Equal(1, _script.ConfirmCount);
        Assert.Equal(job.ETag, Stored("etag", "jobs", "job/default/a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_is_added_again_takes_the_next_place_whoever_deleted_it(bool isOfOlderVersion)
    {
        var job = await AddJobAsync("a");
        await AddJobAsync("b");
        job.State.IsDeleted = true;
        await WriteAsync(job);
        if (isOfOlderVersion)
        {
            // Its etags do not say that what they name is deleted.
            _database.Execute("UPDATE sluice.jobs SET etag = 'older' WHERE deleted");
            job.ETag = "older";
        }

        job.State.IsDeleted = false;
        await WriteAsync(job);
        await WriteAsync(job);

        var rows = await _store.ReadInOrderAsync("default", after: 0, max: 10);
        Assert.Equal([("job/default/b", 2), ("job/default/a", 3)], rows.Select(row => (row.Key, row.Added)));
    }

    [Fact]
    public async Task Followers_are_told_the_place_of_a_job_that_was_never_asked_for_it()
    {
        await AddJobAsync("a");
        var (b, c) = (await AddJobAsync("b"), await AddJobAsync("c"));
        Reopen(_time);
        await AddJobAsync("d");

        await TogetherAsync(() => WriteAsync(c), () => AddJobAsync("e"), () => WriteAsync(b));

        // These are in memory still.
        var rows = (await _store.ReadChangesAsync("default", after: 4, max: 10))!.Value;
        Assert.Equal(
            [("job/default/b", 2L), ("job/default/c", 3), ("job/default/e", 5)],
            rows.Select(row => (row.Key, row.Added)).Order());
    }

    [Fact]
    public void Owners_that_are_known_are_bounded()
    {
        var known = new PostgresKnown();
        known.AddOwner("first", 1);
        var writes = new[] { new RowsWrite(new() { Owner = "first", ExpectedETag = "given" }, "next") };
        Assert.False(known.TryAssume(writes));
        Assert.True(known.TryAssume(writes));

        for (var id = 0; id < PostgresKnown.MaxOwners; id++)
        {
            known.AddOwner($"pool/{id}", id);
        }

        Assert.False(known.TryAssume(writes));
    }

    [Fact]
    public void Of_a_session_that_knows_nothing_the_first_transaction_asks()
    {
        var known = new PostgresKnown();
        var writes = new[] { new RecordWrite("key", "state", expectedETag: null, "next", body: []) };

        Assert.False(known.TryAssume(writes));
        Assert.True(known.TryAssume(writes));
        known.Clear();
        Assert.False(known.TryAssume(writes));
    }

    public void Dispose()
    {
        _store.Dispose();
        _roundTrips.Dispose();
        _database.Dispose();
    }

    private static GrainId RecordId { get; } = GrainId.Create("settings", "settings/1");

    private static GrainId JobId(string name) => GrainId.Create("job", GrainKeys.Job("default", name));

    private static TestGrainState<TestRecord> Record(string? etag = null) => new() { ETag = etag };

    private static RowBatch Rows(string? etag) => new()
    {
        Owner = Owner,
        ExpectedETag = etag,
        Upserts = [new("any", "key", new byte[] { 1 })],
        Events = [NewEvent()],
    };

    private static NewEvent NewEvent() =>
        new() { At = DateTimeOffset.UnixEpoch, Kind = "any", Body = "{}"u8.ToArray() };

    private SluiceStore Open(TimeProvider time) => SluiceStore.OpenPostgres(
        new() { Json = TestJson.NewOptions() },
        _database.Options(),
        time,
        loggers: null,
        dialect => _script = new(dialect));

    private void Reopen(TimeProvider time)
    {
        _store.Dispose();
        _store = Open(time);
    }

    private async Task<TestGrainState<TestJob>> AddJobAsync(string name)
    {
        var state = new TestGrainState<TestJob> { State = new() { Note = name, NewEvents = [NewEvent()] } };
        await _store.WriteStateAsync("job", JobId(name), state);
        return state;
    }

    private async Task<TestGrainState<TestRecord>> AddRecordAsync()
    {
        var state = Record();
        await WriteAsync(state);
        return state;
    }

    private Task WriteAsync(TestGrainState<TestJob> job) =>
        _store.WriteStateAsync("job", JobId(job.State.Note), job);

    private Task WriteAsync(TestGrainState<TestRecord> record) => _store.WriteStateAsync("state", RecordId, record);

    /// <summary>In one batch, in this order.</summary>
    /// <returns>What each was told; null: that it is written.</returns>
    private async Task<Exception?[]> TogetherAsync(params Func<Task>[] writes)
    {
        using var isHeld = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        _script.OnBegin = () =>
        {
            isHeld.Set();
            gate.Wait();
        };
        var held = _store.WriteStateAsync("state", GrainId.Create("settings", $"settings/held-{++_holds}"), Record());
        await Task.Run(isHeld.Wait);
        var told = writes.Select(write => Xunit.Record.ExceptionAsync(write)).ToList();
        _script.OnBegin = () => { };
        gate.Set();
        await held;
        return await Task.WhenAll(told);
    }

    private string Stored(string column, string table, string key) =>
        _database.Read<string>($"SELECT {column} FROM sluice.{table} WHERE key = '{key}'");
}
