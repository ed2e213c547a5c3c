using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains.Tests.Hosting;

public sealed class ExplanationTests
{
    [Fact]
    public async Task A_job_that_waits_is_told_its_place_its_start_and_on_what_that_rests()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 4, 4);
        await world.RunExecutorAsync();
        await world.NotifyAsync("a", 1, of: 10);
        await world.NotifyAsync("a", 2, of: 10);
        await world.DeployAsync("b", 1, 2);
        await world.DeployAsync("c", 2, 2);

        var c = (await world.Job("c").ExplainAsync())!;

        Assert.Equal((2, 2, 2, 0), (
            c.Allocation!.Queue!.Position, c.Allocation.Queue.Length, c.Allocation.Queue.NeededGpus,
            c.Allocation.Queue.FreeGpus));
        Assert.Contains("median of 1 other jobs", c.Allocation.Outlook.Basis);
        Assert.True(c.Allocation.Outlook.StartsAt < c.Allocation.Outlook.EndsAt);
        Assert.Equal(2, c.Allocation.Outlook.StartGpus);
        Assert.StartsWith("waits for 2 GPUs", c.Job.Reason);
        Assert.Equal(["deployed", "waiting"], c.Events.Select(happened => happened.Kind));

        var a = (await world.Job("a").ExplainAsync())!;
        Assert.Null(a.Allocation!.Queue);
        Assert.True(a.Allocation.Outlook.IsMeasured);
        Assert.Equal(4, Assert.Single(a.Allocation.Pace).GpuCount);
        Assert.Equal(a.Allocation.Outlook.EndsAt!.Value, c.Allocation.Outlook.StartsAt!.Value, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_a_newcomer_would_change_is_told_and_nothing_is_changed()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 9);
        await world.DeployAsync("aside", 1, 1);
        await world.DeployAsync("a", 2, 8);
        await world.RunExecutorAsync();
        foreach (var name in new[] { "a", "aside" })
        {
            await world.NotifyAsync(name, 1, of: 10_000_000);
            await world.NotifyAsync(name, 2, of: 10_000_000);
        }

        var before = await world.Capacity.GetAsync();

        var answer = await world.Capacity.WhatIfAsync(
            new() { Manifest = GrainWorld.Manifest("b", 4, 4), Seconds = 100 });

        Assert.Equal(WhatIfOutcome.Answered, answer.Outcome);
        Assert.Equal(("b", 4), (answer.Job!.JobName, answer.Job.StartGpus));
        Assert.Null(answer.Queue);
        Assert.Contains("100 s with 4 GPUs", answer.Job.Basis);
        Assert.Contains(answer.Expected, change => change is { JobName: "a", GpusBefore: 8, GpusAfter: 4 });
        var other = Assert.Single(answer.Others);
        Assert.True(other.With.EndsAt > other.Without.EndsAt);
        Assert.Equal(4, other.GpusAtOnce);
        Assert.Null(await world.Job("b").GetAsync());
        var after = await world.Capacity.GetAsync();
        Assert.Equal(
            before.Allocations.Select(one => (one.Uid, one.Decided.Generation)),
            after.Allocations.Select(one => (one.Uid, one.Decided.Generation)));
    }

    [Fact]
    public async Task A_newcomer_that_starts_when_another_ends_does_not_start_at_once()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 4, 4);
        await world.RunExecutorAsync();
        await world.NotifyAsync("a", 1, of: 10_000_000);
        await world.NotifyAsync("a", 2, of: 10_000_000);
        await world.DeployAsync("b", 2, 2);

        var answer = await world.Capacity.WhatIfAsync(
            new() { Manifest = GrainWorld.Manifest("c", 2, 2), Seconds = 100 });

        Assert.Equal((2, 2), (answer.Queue!.Position, answer.Queue.Length));
        Assert.Equal(answer.Expected[0].At, answer.Job!.StartsAt);
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_taken_is_refused_with_the_reason()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 8);

        var answer = await world.Capacity.WhatIfAsync(new() { Manifest = "kind: Pod" });

        Assert.Equal(WhatIfOutcome.Invalid, answer.Outcome);
        Assert.NotNull(answer.Problem);
        Assert.Null(answer.Job);
    }

    [Fact]
    public async Task A_newcomer_that_would_be_refused_is_told_so()
    {
        await using var world = await GrainWorld.StartAsync(
            gpus: 8, services => services.Configure<CapacityOptions>(options => options.MaxManagedJobs = 1));
        await world.DeployAsync("a", 2, 8);

        var answer = await world.Capacity.WhatIfAsync(new() { Manifest = GrainWorld.Manifest("b", 4, 4) });

        Assert.Equal(WhatIfOutcome.Full, answer.Outcome);
        Assert.Contains("1 may", answer.Problem);
    }

    [Fact]
    public async Task All_who_ask_about_the_same_ledger_share_one_forecast_and_who_asks_when_too_many_do_gets_none()
    {
        using var policy = new CountingPolicy();
        await using var world = await GrainWorld.StartAsync(gpus: 8, services =>
        {
            services.AddSingleton<IPolicy>(policy);
            services.Configure<CapacityOptions>(options =>
            {
                options.TickInterval = TimeSpan.FromMinutes(1);
                options.MaxQueuedForecasts = 0;
            });
        });
        await world.DeployAsync("a", 2, 8);
        await world.RunExecutorAsync();
        policy.Hold();

        var first = world.Job("a").ExplainAsync();
        await policy.HeldAsync();
        var others = Enumerable.Range(0, 5).Select(_ => world.Job("a").ExplainAsync()).ToList();
        var refused = await world.Capacity.WhatIfAsync(new() { Manifest = GrainWorld.Manifest("b", 1, 1) });
        // The job's own calls go on meanwhile.
        await world.NotifyAsync("a", 1, of: 10);
        policy.Release();

        Assert.Equal(WhatIfOutcome.Busy, refused.Outcome);
        Assert.All(await Task.WhenAll([first, .. others]), explained => Assert.NotNull(explained!.Allocation));
        Assert.Equal(1, policy.Forecasts);
    }

    [Fact]
    public async Task Who_asks_once_there_is_room_again_gets_estimates_though_one_before_got_none()
    {
        using var policy = new CountingPolicy();
        await using var world = await GrainWorld.StartAsync(gpus: 8, services =>
        {
            services.AddSingleton<IPolicy>(policy);
            services.Configure<CapacityOptions>(options =>
            {
                options.TickInterval = TimeSpan.FromMinutes(1);
                options.MaxQueuedForecasts = 0;
            });
        });
        await world.DeployAsync("a", 2, 8);
        await world.RunExecutorAsync();
        policy.Hold();
        var held = world.Capacity.WhatIfAsync(new() { Manifest = GrainWorld.Manifest("b", 1, 1) });
        await policy.HeldAsync();
        var without = await world.Job("a").ExplainAsync();
        policy.Release();
        await held;

        var with = await world.Job("a").ExplainAsync();

        const string Busy = "too many ask at the moment; ask again";
        Assert.Equal(Busy, without!.Allocation!.Outlook.Basis);
        Assert.NotEqual(Busy, with!.Allocation!.Outlook.Basis);
    }

    [Fact]
    public async Task An_external_job_has_no_allocation_to_explain_and_one_that_is_not_there_has_nothing()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 8);
        await world.Job("theirs").AddAsync(new() { GpuReq = 1, GpuLim = 2, GpuAssigned = 1 });

        var theirs = await world.Job("theirs").ExplainAsync();

        Assert.False(theirs!.Job.IsManaged);
        Assert.Null(theirs.Allocation);
        Assert.Null(await world.Job("nobody").ExplainAsync());
    }

    [Fact]
    public async Task The_speed_that_was_measured_outlives_a_restart_and_is_told_by_count()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 8);
        await world.DeployAsync("a", 2, 8);
        await world.RunExecutorAsync();
        await world.NotifyAsync("a", 1, of: 50);
        await world.NotifyAsync("a", 2, of: 50);
        await world.DeployAsync("b", 4, 4);
        await world.RunExecutorAsync();
        await world.NotifyAsync("a", 3, of: 50);
        await world.NotifyAsync("a", 4, of: 50);

        await world.RestartAsync();

        var a = (await world.Job("a").ExplainAsync())!;
        Assert.Equal([4, 8], a.Allocation!.Pace.Select(pace => pace.GpuCount));
        Assert.NotNull(a.Allocation.RestartSeconds);
        Assert.Equal(JobStatus.Running, a.Job.Job.Status);
    }

    /// <summary>
    /// The documented policy. Once it is told to hold, the next plan that is made away from the grain's turns, which only
    /// forecasts do, waits until it is released.
    /// </summary>
    private sealed class CountingPolicy : IPolicy, IDisposable
    {
        private readonly RecentCheckpointPolicy _policy = new(new());
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new(initialState: true);
        private int _forecasts;

        public string Name => _policy.Name;

        public int Forecasts => _forecasts;

        public Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null)
        {
            if (TaskScheduler.Current == TaskScheduler.Default && !_released.IsSet)
            {
                Interlocked.Increment(ref _forecasts);
                _held.TrySetResult();
                _released.Wait();
            }

            return _policy.Plan(snapshot, now, preferredUid);
        }

        public void Hold() => _released.Reset();

        public Task HeldAsync() => _held.Task;

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();
    }
}
