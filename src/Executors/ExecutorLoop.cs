using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>
/// Makes what runs match what the job grains have committed, and reports what it sees to them. Outside of all grains:
/// no turn of a grain ever waits for a process.
/// </summary>
/// <remarks>
/// It keeps nothing that must survive it. A new one reads what is desired, observes what runs, and goes on; at worst it
/// repeats a report.
/// </remarks>
public sealed partial class ExecutorLoop(
    IExecutor executor,
    IDesiredRuns desiredRuns,
    IRunReports reports,
    IOptions<ExecutorLoopOptions> options,
    TimeProvider time,
    ExecutorInstruments instruments,
    ILogger<ExecutorLoop> logger,
    IHostApplicationLifetime? lifetime = null,
    IExecutorPermit? permit = null) : BackgroundService
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly ExecutorLoopOptions _options = options.Value;
    private readonly DesiredRunTable _desired = new();
    private readonly ConcurrentDictionary<string, Tracking> _tracked = new(StringComparer.Ordinal);
    private readonly Signal _wake = new();

    private int _operations;
    private int _stops;

    /// <summary>Reconciles until it is told to stop, on the caller's scheduler.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Jobs report to the gateway as soon as they run, so none is started before it listens.
            await ApplicationStart.WaitAsync(lifetime, stoppingToken);
            await permit.RunAsync(ReconcileToTheEndAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    private async Task ReconcileToTheEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(cancellationToken);
        }
        finally
        {
            // What runs goes on; who comes next finds it. What this one is about to record, it records.
            await Task.WhenAll(_tracked.Values.Select(tracked => tracked.Operation))
                .WaitAsync(ShutdownTimeout, TimeProvider.System, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        using var waits = new PassWaits(executor, desiredRuns, _wake, _options.Domain, time);
        for (var failures = 0; ;)
        {
            try
            {
                var wait = await PassAsync(cancellationToken);
                failures = 0;
                await Task.Delay(_options.MinPassInterval, time, cancellationToken);
                await waits.WaitAsync(wait, _desired.Position!.Value, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Store or disk are in trouble; nothing can be decided without both sides.
                LogPassFailed(logger, exception);
                await Task.Delay(_options.BackOff(++failures), time, cancellationToken);
            }
        }
    }

    /// <summary>One look at both sides.</summary>
    /// <returns>How long nothing is to be done, unless something happens.</returns>
    private async Task<TimeSpan> PassAsync(CancellationToken cancellationToken)
    {
        // Only uids that are at rest now: an operation that ends during the reads may have made them stale.
        var busy = _tracked.Where(entry => entry.Value.IsBusy).Select(entry => entry.Key).ToHashSet();
        await ReadDesiredAsync(cancellationToken);
        var observed = (await executor.ObserveAsync(cancellationToken)).ToDictionary(run => run.Uid);
        var now = time.GetUtcNow();
        var next = now + _options.MaxPassInterval;
        foreach (var uid in _desired.ByUid.Keys.Union(observed.Keys).Where(uid => !busy.Contains(uid)))
        {
            var desired = _desired.ByUid.GetValueOrDefault(uid);
            var tracked = _tracked.GetOrAdd(uid, _ => new Tracking());
            if (tracked.RestUntil > now)
            {
                next = Earlier(next, tracked.RestUntil);
                continue;
            }

            var reported = now - tracked.ReportedAt < _options.ReportInterval ? tracked.Reported : null;
            switch (RunReconciler.Decide(desired, observed.GetValueOrDefault(uid), reported, now))
            {
                case RunAction.Wait wait:
                    next = wait.Until is { } until ? Earlier(next, until) : next;
                    break;
                case var action when HasRoomFor(action):
                    Begin(uid, desired, tracked, action, cancellationToken);
                    break;

                // The others wait for the end of an operation, which wakes the loop.
            }
        }

        DropTracking(observed);
        return next - now;
    }

    private async Task ReadDesiredAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_desired.Position is not { } position)
            {
                var all = await desiredRuns.ReadAllAsync(_options.Domain, cancellationToken);
                _desired.Replace(all);
                if (all.IsComplete)
                {
                    return;
                }

                continue;
            }

            var changes = await desiredRuns.ReadChangesAsync(_options.Domain, position, cancellationToken);
            if (changes is null)
            {
                _desired.BeginAnew();
                continue;
            }

            _desired.Apply(changes);
            if (changes.IsComplete)
            {
                return;
            }
        }
    }

    private void Begin(
        string uid, DesiredRun? desired, Tracking tracked, RunAction action, CancellationToken cancellationToken)
    {
        tracked.IsBusy = true;
        Interlocked.Increment(ref Counter(action));
        tracked.Operation = Task.Factory.StartNew(
            () => OperateAsync(uid, desired, tracked, action, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Current).Unwrap();
    }

    private bool HasRoomFor(RunAction action) => Counter(action) < (action is RunAction.Stop
        ? _options.MaxConcurrentStops
        : _options.MaxConcurrentOperations);

    /// <summary>Stops are counted apart: each may take a grace period, and costs next to nothing meanwhile.</summary>
    private ref int Counter(RunAction action)
    {
        if (action is RunAction.Stop)
        {
            return ref _stops;
        }

        return ref _operations;
    }

    private async Task OperateAsync(
        string uid, DesiredRun? desired, Tracking tracked, RunAction action, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var succeeded = false;
        try
        {
            await ApplyAsync(uid, desired, tracked, action, cancellationToken);
            succeeded = true;
            tracked.Failures = 0;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was, the next passes try again; a uid that keeps failing must not keep the loop awake.
            tracked.RestUntil = time.GetUtcNow() + _options.BackOff(++tracked.Failures);
            LogOperationFailed(logger, exception, action.GetType().Name, uid);
        }
        catch (OperationCanceledException)
        {
            // The server stops, or another process is to go on.
        }
        finally
        {
            instruments.OperationEnded(action, succeeded, time.GetElapsedTime(began));
            Interlocked.Decrement(ref Counter(action));
            tracked.IsBusy = false;
            _wake.Raise();
        }
    }

    private async Task ApplyAsync(
        string uid, DesiredRun? desired, Tracking tracked, RunAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case RunAction.Start:
                await executor.StartAsync(desired!, cancellationToken);
                break;
            case RunAction.Stop:
                await executor.StopAsync(uid, cancellationToken);
                break;
            case RunAction.Forget:
                await executor.ForgetAsync(uid, cancellationToken);
                break;
            case RunAction.Report(var report):
                await reports.ReportRunAsync(desired!.JobKey, report);
                tracked.Reported = report;
                tracked.ReportedAt = time.GetUtcNow();
                instruments.RunReported(report.Phase);
                LogReported(logger, uid, report.Attempt, report.Phase, report.Generation, report.ExitCode);
                break;
            default:
                throw new InvalidOperationException($"{action} is no operation");
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private void DropTracking(Dictionary<string, ObservedRun> observed)
    {
        foreach (var (uid, tracked) in _tracked)
        {
            if (!tracked.IsBusy && !_desired.ByUid.ContainsKey(uid) && !observed.ContainsKey(uid))
            {
                _tracked.TryRemove(uid, out _);
            }
        }
    }

    /// <summary>
    /// What the loop remembers of a uid. Written by its operation while it is busy, by the loop otherwise.
    /// </summary>
    private sealed class Tracking
    {
        private volatile bool _isBusy;

        public bool IsBusy
        {
            get => _isBusy;
            set => _isBusy = value;
        }

        /// <summary>
        /// Awaited at the end of the loop only; it may complete a moment after <see cref="IsBusy"/> is false.
        /// </summary>
        public Task Operation { get; set; } = Task.CompletedTask;

        public RunReport? Reported { get; set; }

        public DateTimeOffset ReportedAt { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset RestUntil { get; set; }
    }
}
