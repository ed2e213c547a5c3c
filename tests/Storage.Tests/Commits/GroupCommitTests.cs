using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sluice.Grains.Interfaces;
using Sluice.Storage.Dialects;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Commits;

/// <summary>
/// What is promised of a batch, on every dialect; each test holds the committer up until its writers wait together.
/// </summary>
public abstract class GroupCommitTests : IDisposable
{
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly ManualResetEventSlim _isHeld = new();
    private ScriptedDialect _script = null!;
    private SluiceStore? _store;

    [Fact]
    public async Task All_that_waits_is_committed_in_one_transaction_with_sorted_guards_in_one_statement()
    {
        var store = Open();
        var first = await HoldAsync(store);

        var writes = Enumerable.Range(0, 64).Select(i => PutAsync(store, $"job-{(i * 29) % 64:D2}")).ToList();
        Release();
        await Task.WhenAll([first, .. writes]);

        Assert.Equal(2, _script.CommitCount);
        Assert.Equal(2, _script.Guards.Count);
        Assert.Equal(64, _script.Guards[1].Length);
        Assert.Equal(_script.Guards[1].Order(StringComparer.Ordinal), _script.Guards[1]);
    }

    [Fact]
    public async Task A_conflict_fails_alone_and_the_others_of_its_batch_are_committed()
    {
        var store = Open();
        var first = await HoldAsync(store);

        var good = PutAsync(store, "good");
        var bad = PutAsync(store, "bad", etag: "never-given");
        var alsoGood = PutAsync(store, "also-good");
        Release();

        await Task.WhenAll(first, good, alsoGood);
        await Assert.ThrowsAsync<InconsistentStateException>(() => bad);
        Assert.Equal(2, _script.CommitCount);
        Assert.Equal(3, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task Two_writes_of_one_key_are_never_in_one_batch_and_the_later_meets_the_earlier()
    {
        var store = Open();
        var first = await HoldAsync(store);

        var earlier = PutAsync(store, "a");
        var later = PutAsync(store, "a");
        var last = PutAsync(store, "a");
        Release();

        await Task.WhenAll(first, earlier);
        await Assert.ThrowsAsync<InconsistentStateException>(() => later);
        await Assert.ThrowsAsync<InconsistentStateException>(() => last);
        Assert.All(_script.Guards, keys => Assert.Equal(keys.Distinct(), keys));
    }

    [Fact]
    public async Task The_later_write_of_a_key_passes_where_the_earlier_one_failed()
    {
        var store = Open();
        var first = await HoldAsync(store);

        var wrong = PutAsync(store, "a", etag: "never-given");
        var right = PutAsync(store, "a");
        Release();

        await Task.WhenAll(first, right);
        await Assert.ThrowsAsync<InconsistentStateException>(() => wrong);
    }

    [Fact]
    public async Task An_error_that_is_no_conflict_fails_only_the_culprit()
    {
        var store = Open();
        _script.OnWrite = write =>
        {
            if (write.Key.EndsWith("poison", StringComparison.Ordinal))
            {
                throw new StoreException(StoreFailure.InputOutput, "cannot");
            }
        };
        var first = await HoldAsync(store);

        var good = Enumerable.Range(0, 5).Select(i => PutAsync(store, $"good-{i}")).ToList();
        var bad = PutAsync(store, "poison");
        good.AddRange(Enumerable.Range(5, 5).Select(i => PutAsync(store, $"good-{i}")));
        Release();

        await Task.WhenAll([first, .. good]);
        Assert.Equal(StoreFailure.InputOutput, (await Assert.ThrowsAsync<StoreException>(() => bad)).Reason);
        var rows = (await store.ReadChangesAsync("default", 1, 100))!.Value;
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"job/default/good-{i}"), rows.Select(row => row.Key));
        Assert.Equal(11, await store.ReadNewestChangeAsync("default"));
        var events = await store.ReadEventsAsync("default", 0, 100);
        Assert.Equal(
            ["first", .. Enumerable.Range(0, 10).Select(i => $"good-{i}")], events.Rows.Select(row => row.Event.Kind));
        Assert.Equal(11, events.Newest);
    }

    [Fact]
    public async Task Nothing_is_answered_and_no_memory_is_updated_before_the_commit()
    {
        var store = Open();
        var state = new TestGrainState<TestJob>();
        using var isCommitting = new ManualResetEventSlim();
        using var mayCommit = new ManualResetEventSlim();
        _script.OnCommit = () =>
        {
            isCommitting.Set();
            mayCommit.Wait();
        };

        var writing = store.WriteStateAsync("job", JobId("a"), state);
        await Task.Run(isCommitting.Wait);

        Assert.False(writing.IsCompleted);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
        Assert.Equal(0, await store.ReadNewestChangeAsync("default"));
        mayCommit.Set();
        await writing;
        Assert.NotNull(state.ETag);
        Assert.Equal(1, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task A_commit_that_happened_but_was_reported_as_failed_is_recognized_by_its_etags()
    {
        var store = Open();
        var first = await HoldAsync(store);
        FailOnce(after: true);

        var writes = Enumerable.Range(0, 5).Select(i => PutAsync(store, $"job-{i}")).ToList();
        Release();
        await Task.WhenAll([first, .. writes]);

        // Nothing was written twice, and what memory says is what is stored.
        Assert.Equal(6, await store.ReadNewestChangeAsync("default"));
        Assert.Equal(6, (await store.ReadChangesAsync("default", 0, 100))!.Value.Length);
        await PutAsync(store, "next");
        Assert.Equal(7, await store.ReadNewestChangeAsync("default"));
        var events = await store.ReadEventsAsync("default", 0, 100);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], events.Rows.Select(row => row.Number));
    }

    [Fact]
    public async Task What_a_lost_connection_has_stored_is_confirmed_before_it_is_answered()
    {
        var store = Open();
        var first = await HoldAsync(store);
        var isLost = false;
        _script.OnCommitted = () =>
        {
            if (_script.CommitCount == 2 && !isLost)
            {
                isLost = true;
                throw new StoreException(StoreFailure.Unavailable, "the connection was lost");
            }
        };
        var tries = 0;
        _script.OnConfirm = () =>
        {
            if (++tries == 1)
            {
                throw new StoreException(StoreFailure.Unavailable, "and again");
            }
        };

        var write = PutAsync(store, "a");
        Release();
        await Task.WhenAll(first, write);

        Assert.Equal((2, 1, 2), (tries, _script.ConfirmCount, _script.CommitCount));
        Assert.Equal(2, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task A_store_that_meets_the_tables_of_a_newer_version_says_that_it_must_end()
    {
        var store = Open();
        _script.OnCommit = () => throw new StoreException(StoreFailure.Unavailable, "the connection was lost");
        _script.OnOpenWriter = () => throw new StoreException(StoreFailure.NewerSchema, "newer");

        var write = PutAsync(store, "a");

        await store.Replaced.WaitAsync(TimeSpan.FromMinutes(1));
        await store.DisposeAsync();
        Assert.Equal(StoreFailure.NewerSchema, (await Assert.ThrowsAsync<StoreException>(() => write)).Reason);
    }

    [Fact]
    public async Task A_single_write_of_unknown_outcome_fails_and_a_read_tells_whose_etag_is_stored()
    {
        var store = Open();
        FailOnce(after: true);
        var state = new TestGrainState<TestJob> { State = new() { Note = "mine" } };

        await Assert.ThrowsAsync<IOException>(() => store.WriteStateAsync("job", JobId("a"), state));

        Assert.Null(state.ETag);
        var read = new TestGrainState<TestJob>();
        await store.ReadStateAsync("job", JobId("a"), read);
        Assert.Equal("mine", read.State.Note);
        await PutAsync(store, "b");
        Assert.Equal(2, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task A_commit_that_failed_is_tried_again_for_each_by_itself()
    {
        var store = Open();
        var first = await HoldAsync(store);
        FailOnce(after: false);

        var writes = Enumerable.Range(0, 5).Select(i => PutAsync(store, $"job-{i}")).ToList();
        Release();
        await Task.WhenAll([first, .. writes]);

        Assert.Equal(6, _script.CommitCount);
        Assert.Equal(6, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task A_connection_that_cannot_even_roll_back_is_replaced()
    {
        var store = Open();
        FailOnce(after: false);
        _script.OnRollback = () =>
        {
            _script.OnRollback = () => { };
            throw new IOException("gone");
        };

        await Assert.ThrowsAsync<IOException>(() => PutAsync(store, "a"));
        await PutAsync(store, "a");

        Assert.Equal(2, _script.OpenedWriters);
        Assert.Equal(1, await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task Batches_are_bounded_in_writers()
    {
        var store = Open(options => options.MaxBatchWrites = 4);
        var first = await HoldAsync(store);

        var writes = Enumerable.Range(0, 10).Select(i => PutAsync(store, $"job-{i}")).ToList();
        Release();
        await Task.WhenAll([first, .. writes]);

        Assert.Equal([1, 4, 4, 2], _script.Guards.Select(keys => keys.Length));
    }

    [Fact]
    public async Task Batches_are_bounded_in_bytes_and_one_large_write_goes_by_itself()
    {
        var store = Open(options => options.MaxBatchBytes = 10_000);
        var first = await HoldAsync(store);

        var writes = Enumerable.Range(0, 3).Select(i => PutAsync(store, $"job-{i}", new string('x', 20_000))).ToList();
        Release();
        await Task.WhenAll([first, .. writes]);

        Assert.Equal([1, 1, 1, 1], _script.Guards.Select(keys => keys.Length));
    }

    [Fact]
    public async Task Where_the_queue_is_full_writers_wait_and_may_give_up_unwritten()
    {
        var store = Open(options => options.MaxQueuedWrites = 2);
        var first = await HoldAsync(store);
        using var source = new CancellationTokenSource();

        var queued = Enumerable.Range(0, 4).Select(i => PutAsync(store, $"job-{i}")).ToList();
        var givenUp = store.CommitAsync(new() { Owner = "pool/x", ExpectedETag = null }, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Release();

        await Task.WhenAll([first, .. queued]);
        Assert.Null((await store.LoadAsync("pool/x")).ETag);
    }

    [Fact]
    public async Task Closing_commits_what_is_queued_and_later_writes_are_refused()
    {
        var store = Open();
        var first = await HoldAsync(store);
        var writes = Enumerable.Range(0, 20).Select(i => PutAsync(store, $"job-{i}")).ToList();

        var closing = Task.Run(store.Dispose);
        Release();
        await closing;

        await Task.WhenAll([first, .. writes]);
        var refused = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, "late"));
        Assert.Equal(StoreFailure.Closed, refused.Reason);
    }

    [Fact]
    public async Task Records_jobs_and_rows_share_a_transaction()
    {
        var store = Open();
        var first = await HoldAsync(store);

        var record = store.WriteStateAsync(
            "state", GrainId.Create("settings", "settings/1"), new TestGrainState<TestRecord>());
        var rows = store.CommitAsync(new() { Owner = "pool/default", ExpectedETag = null });
        var job = PutAsync(store, "a");
        Release();
        await Task.WhenAll(first, record, rows, job);

        Assert.Equal(2, _script.CommitCount);
    }

    [Fact]
    public async Task An_operator_sees_commits_batch_sizes_and_conflicts()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Sluice.Storage")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();

        var store = Open();
        await PutAsync(store, "a");
        await Assert.ThrowsAsync<InconsistentStateException>(() => PutAsync(store, "a"));

        // Tests beside this one count too.
        Assert.True(seen["sluice.storage.commits"] >= 1);
        Assert.True(seen["sluice.storage.commit.writes"] >= 1);
        Assert.True(seen["sluice.storage.commit.duration"] > 0);
        Assert.True(seen["sluice.storage.conflicts"] >= 1);

        void Add(Instrument instrument, double value) =>
            seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
    }

    public void Dispose()
    {
        _gate.Set();
        _store?.Dispose();
        _gate.Dispose();
        _isHeld.Dispose();
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract SluiceStore Open(StoreOptions options, Func<IStoreDialect, IStoreDialect> wrap);

    protected abstract void Dispose(bool isDisposing);

    private static GrainId JobId(string name) => GrainId.Create("job", GrainKeys.Job("default", name));

    private protected static Task PutAsync(SluiceStore store, string name, string note = "", string? etag = null) =>
        store.WriteStateAsync(
            "job", JobId(name), new TestGrainState<TestJob>
            {
                State = new()
                {
                    Note = note,
                    NewEvents = [new() { At = DateTimeOffset.UnixEpoch, Kind = name, Body = "{}"u8.ToArray() }],
                },
                ETag = etag,
            });

    private protected SluiceStore Open(Action<StoreOptions>? configure = null)
    {
        var options = new StoreOptions { Json = TestJson.NewOptions() };
        configure?.Invoke(options);
        _store = Open(options, dialect => _script = new(dialect));
        _script.OnBegin = () =>
        {
            _isHeld.Set();
            _gate.Wait();
        };
        return _store;
    }

    /// <summary>A first write is taken by the committer, which then waits; what comes now waits together.</summary>
    private protected async Task<Task> HoldAsync(SluiceStore store)
    {
        _gate.Reset();
        _isHeld.Reset();
        var first = PutAsync(store, "first");
        await Task.Run(_isHeld.Wait);
        return first;
    }

    private protected void Release() => _gate.Set();

    /// <summary>The next transaction but the one that is held.</summary>
    private void FailOnce(bool after)
    {
        var isFirst = _isHeld.IsSet;
        void Fail()
        {
            if (isFirst)
            {
                isFirst = false;
                return;
            }

            _script.OnCommit = _script.OnCommitted = () => { };
            throw new IOException("the connection was lost");
        }

        if (after)
        {
            _script.OnCommitted = Fail;
        }
        else
        {
            _script.OnCommit = Fail;
        }
    }
}
