using System.Collections.Concurrent;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Ports;
using Sluice.Simulation.Store;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

public sealed class StageQueueGrainTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedRows _store;
    private ListProcess _process = null!;

    public StageQueueGrainTests() => _store = new(new ModelStore(GrainsJsonContext.Default.Options, _time));

    public async Task InitializeAsync() => _process = await StartAsync();

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Fact]
    public async Task A_list_is_known_from_its_first_write_on()
    {
        Assert.False(await _process.List.IsKnownAsync());
        Assert.Equal("", (await _process.List.GetProgressAsync()).Version);
        Assert.Empty((await _process.List.InitializeAsync(new([]))).Minutes);
        Assert.Equal(HandOutOutcome.NoneWaits, (await GetAsync("a")).Outcome);
        await _process.List.CheckAsync();
        Assert.Equal(0, (await _process.AddAsync(0)).Added);
        Assert.False(await _process.List.IsKnownAsync());
        Assert.Empty(_store.Committed);

        await _process.List.InitializeAsync(new([5]));

        Assert.True(await _process.List.IsKnownAsync());
    }

    [Fact]
    public async Task What_changes_nothing_is_not_written()
    {
        await _process.List.InitializeAsync(new([5, 0]));
        await _process.AddAsync(3);
        await GetAsync("a");
        var (commits, version) = (_store.Committed.Count, (await _process.List.GetProgressAsync()).Version);

        await GetAsync("a");
        await _process.AddAsync(3);
        await _process.List.InitializeAsync(new([7]));
        await _process.List.SetLifetimeAsync(new(0, 5));
        await _process.List.ChangeSettingsAsync(new(Redeliver: false));
        await _process.List.CheckAsync();
        await _process.List.RedoAsync(new(0, 0, "redo"));
        await _process.List.WakeAsync();
        Assert.Equal(MoveOutcome.NotFound, (await MoveAsync(99, "m")).Outcome);

        Assert.Equal(commits, _store.Committed.Count);
        Assert.Equal(version, (await _process.List.GetProgressAsync()).Version);
        await MoveAsync(0, "m");
        Assert.NotEqual(version, (await _process.List.GetProgressAsync()).Version);
    }

    [Fact]
    public async Task A_commit_writes_only_the_jobs_that_changed()
    {
        await _process.AddAsync(100);
        await GetAsync("a");

        var batch = _store.Committed[^1];
        Assert.Equal(("job", "0"), (Assert.Single(batch.Upserts).Collection, batch.Upserts[0].Key));
    }

    [Fact]
    public async Task Callers_that_come_while_a_commit_is_on_its_way_share_the_next()
    {
        await _process.AddAsync(32);
        var (gate, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        _store.Before = _ =>
        {
            begun.TrySetResult();
            return gate.Task;
        };
        var first = GetAsync("first");
        await begun.Task;

        var others = Enumerable.Range(0, 31).Select(caller => GetAsync($"caller-{caller}")).ToList();
        // Calls come in about the order in which they were made, on some hosts a moment later.
        await _process.List.IsKnownAsync();
        gate.SetResult();
        var jobs = await Task.WhenAll(others.Append(first));

        Assert.Equal(32, jobs.Select(answer => answer.Job!.JobId).Distinct().Count());
        // Not one for each of the 32.
        Assert.InRange(_store.Committed.Count, 2, 16);
    }

    [Fact]
    public async Task Reads_see_what_was_committed_and_wait_for_no_commit()
    {
        await _process.AddAsync(2);
        var gate = new TaskCompletionSource();
        _store.Before = _ => gate.Task;
        var handOut = GetAsync("a");

        var page = await _process.List.ReadJobsAsync(new() { Max = 10 });
        var progress = await _process.List.GetProgressAsync();

        Assert.False(handOut.IsCompleted);
        Assert.All(page.Jobs, job => Assert.False(job.IsHandedOut));
        Assert.Equal(0, Assert.Single(progress.Stages).HandedOutCount);
        gate.SetResult();
        await handOut;
        Assert.True((await _process.List.ReadJobsAsync(new() { Max = 10 })).Jobs[0].IsHandedOut);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_hand_out_of_unknown_outcome_that_is_asked_for_again_gets_one_job(bool wasWritten)
    {
        await _process.AddAsync(3);
        FailOnce(wasWritten);
        await Assert.ThrowsAsync<IOException>(() => GetAsync("a"));

        var repeated = await GetAsync("a");

        Assert.Equal((0, "0-1"), (repeated.Job!.JobId, repeated.Job.Lease));
        Assert.Equal(1, (await GetAsync("b")).Job!.JobId);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_move_of_unknown_outcome_that_is_asked_for_again_is_done_once(bool wasWritten)
    {
        await _process.AddAsync(1);
        await GetAsync("a");
        FailOnce(wasWritten);
        await Assert.ThrowsAsync<IOException>(() => MoveAsync(0, "m"));

        Assert.Equal(MoveOutcome.Done, (await MoveAsync(0, "m")).Outcome);

        Assert.Equal(2, (await _process.StoredAsync()).Find(0)!.Stage);
    }

    [Fact]
    public async Task Those_who_wait_behind_a_failed_commit_are_told_and_may_ask_again()
    {
        await _process.AddAsync(64);
        var gate = new TaskCompletionSource();
        _store.Before = _ => gate.Task;
        var calls = Enumerable.Range(0, 32).Select(caller => GetAsync($"caller-{caller}")).ToList();
        gate.SetException(new IOException("no disk"));
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => call);
        }

        _store.Before = _ => Task.CompletedTask;
        var jobs = await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => GetAsync($"caller-{caller}")));

        Assert.Equal(Enumerable.Range(0, 32).Select(id => (long)id), jobs.Select(answer => answer.Job!.JobId).Order());
    }

    [Fact]
    public async Task Of_32_workers_over_a_store_that_fails_now_and_then_each_job_is_done_once()
    {
        const int Jobs = 300;
        await _process.AddAsync(Jobs);
        var commits = 0;
        _store.Before = _ => Interlocked.Increment(ref commits) % 5 == 3 ? throw new IOException("no") : Task.CompletedTask;
        _store.After = _ => commits % 7 == 4 ? throw new IOException("lost") : Task.CompletedTask;
        var done = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async worker =>
        {
            for (var turn = 0; ; turn++)
            {
                var answer = await ListProcess.RetryAsync(() => GetAsync($"get-{worker}-{turn}"));
                if (answer.Job is not { } job)
                {
                    return;
                }

                var moved = await ListProcess.RetryAsync(
                    () => MoveAsync(job.JobId, $"move-{worker}-{turn}", turn % 2 == 0 ? job.Lease : null));
                Assert.Equal(MoveOutcome.Done, moved.Outcome);
                done.Add(job.JobId);
            }
        }));

        Assert.Equal(Enumerable.Range(0, Jobs).Select(id => (long)id), done.Order());
        var stored = await _process.StoredAsync();
        Assert.All(stored.Jobs, entry => Assert.Equal((2, 1), (entry.Job!.Stage, entry.Job.HandOuts)));
    }

    [Fact]
    public async Task Two_activations_that_both_believe_they_own_the_list_never_hand_out_a_job_twice()
    {
        const int Jobs = 200;
        await _process.AddAsync(Jobs);
        await using var other = await StartAsync();
        await Task.WhenAll(_process.List.GetProgressAsync(), other.List.GetProgressAsync());
        var jobs = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            var list = (worker % 2 == 0 ? _process : other).List;
            for (var turn = 0; turn < Jobs / 8; turn++)
            {
                var answer = await ListProcess.RetryAsync(() => list.HandOutAsync(
                    new() { Stage = 0, Next = 1, OperationId = $"{worker}-{turn}" }), max: 10_000);
                jobs.Add(answer.Job!.JobId);
            }
        }));

        Assert.Equal(Enumerable.Range(0, Jobs).Select(id => (long)id), jobs.Order());
    }

    [Fact]
    public async Task A_list_that_is_loaded_anew_is_as_it_was()
    {
        await _process.List.InitializeAsync(new([0, 10, 0.25]));
        await _process.AddAsync(5);
        await _process.List.ChangeSettingsAsync(new(Redeliver: true, MaxAttempts: 2));
        await GetAsync("a");
        await _process.List.HandOutAsync(new()
        {
            Stage = 0, Next = 3, OperationId = "key", IsKey = true, LeaseSeconds = 1.5,
        });
        await MoveAsync(3, "m");
        _time.Advance(TimeSpan.FromMinutes(1));
        await using var other = await StartAsync();

        Assert.Equal(await ShowAsync(_process), await ShowAsync(other));
        Assert.Equal(await ShowAsync(_process, isFlagged: true), await ShowAsync(other, isFlagged: true));
    }

    [Fact]
    public async Task What_callers_give_wrongly_fails_them_alone()
    {
        await _process.AddAsync(1);
        var list = _process.List;
        await AssertRefused(() => list.HandOutAsync(new() { Stage = -1, Next = 0, OperationId = "a" }));
        await AssertRefused(() => list.HandOutAsync(new() { Stage = 0, Next = 10_001, OperationId = "a" }));
        await AssertRefused(() => list.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = "a", LeaseSeconds = 0.5 }));
        await AssertRefused(() => list.HandOutAsync(
            new() { Stage = 0, Next = 1, OperationId = "a", LeaseSeconds = double.NaN }));
        await AssertRefused(() => list.AddAsync(new([new(5, 0, ListProcess.Json("{"))])));
        await AssertRefused(() => list.AddAsync(new([new(5, 0, ListProcess.Json("1 2"))])));
        await AssertRefused(() => list.AddAsync(new([new(5, 0, default)])));
        await AssertRefused(() => list.AddAsync(new([new(5, 0, ListProcess.Json(new string('[', 65)))])));
        await AssertRefused(() => list.AddAsync(new([Job(5), Job(5)])));
        await AssertRefused(() => list.SetLifetimeAsync(new(0, -1)));
        await AssertRefused(() => list.SetLifetimeAsync(new(0, double.NaN)));
        await AssertRefused(() => list.ReadJobsAsync(new() { Max = 10_001 }));
        await AssertRefused(() => list.ChangeSettingsAsync(new(MaxAttempts: -1)));
        await AssertRefused(() => list.ExtendLeaseAsync(new(0, "0-1", 86_401)));

        Assert.Equal(0, (await GetAsync("a")).Job!.JobId);
        Assert.Equal(2, _store.Committed.Count);

        static NewStageJob Job(long id) => new(id, 0, ListProcess.Json("1"));

        static Task AssertRefused<T>(Func<Task<T>> call) => Assert.ThrowsAnyAsync<ArgumentException>(call);
    }

    private Task<ListProcess> StartAsync() => ListProcess.StartAsync(_store, _time);

    private Task<HandOutAnswer> GetAsync(string operation) =>
        _process.List.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = operation });

    private Task<MoveAnswer> MoveAsync(long id, string operation, string? lease = null) => _process.List.MoveAsync(
        new() { JobId = id, Stage = 2, OperationId = operation, Caller = "here", Lease = lease });

    private void FailOnce(bool wasWritten)
    {
        Task FailAsync(RowBatch batch)
        {
            _store.Before = _store.After = _ => Task.CompletedTask;
            throw new IOException(wasWritten ? "lost" : "no");
        }

        if (wasWritten)
        {
            _store.After = FailAsync;
        }
        else
        {
            _store.Before = FailAsync;
        }
    }

    private static async Task<string> ShowAsync(ListProcess process, bool isFlagged = false)
    {
        var progress = await process.List.GetProgressAsync();
        var page = await process.List.ReadJobsAsync(new() { Max = 100, IsFlagged = isFlagged });
        return string.Join('\n', page.Jobs.Select(job => $"{job with { Command = default }} {job.Command.Length}"))
            + string.Join('\n', progress.Stages) + (progress with { Stages = [] });
    }
}
