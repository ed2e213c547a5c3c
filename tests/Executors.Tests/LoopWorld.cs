using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors.Tests;

/// <summary>
/// A running loop between rows and an executor, with everything that it did in the order it was done.
/// </summary>
internal sealed class LoopWorld : IAsyncDisposable
{
    private readonly ExecutorLoop _loop;
    private readonly NodeReporter _nodes;

    public LoopWorld(
        IExecutor executor,
        FakeRows rows,
        FakeReports reports,
        ExecutorLoopOptions? options = null,
        TimeProvider? time = null,
        IExecutorPermit? permit = null)
    {
        var clock = time ?? TimeProvider.System;
        var settings = Options.Create(options ?? new ExecutorLoopOptions
        {
            MinPassInterval = TimeSpan.Zero,
            RetryInterval = TimeSpan.FromMilliseconds(5),
            MaxPassInterval = TimeSpan.FromMilliseconds(100),
        });
        _loop = new ExecutorLoop(
            executor, rows, reports, settings, clock, new ExecutorInstruments(),
            NullLogger<ExecutorLoop>.Instance, permit: permit);
        _nodes = new NodeReporter(
            executor, reports, settings, clock, NullLogger<NodeReporter>.Instance, permit: permit);
    }

    public async Task StartAsync()
    {
        await _loop.StartAsync(CancellationToken.None);
        await _nodes.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.StopAsync(CancellationToken.None);
        await _loop.StopAsync(CancellationToken.None);
        _nodes.Dispose();
        _loop.Dispose();
    }
}

/// <summary>Given and taken back by a test.</summary>
internal sealed class FakePermit : IExecutorPermit, IDisposable
{
    private readonly Lock _sync = new();
    private TaskCompletionSource<CancellationToken> _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _lost = new();
    private int _asked;

    /// <summary>How often a loop has asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public Task<CancellationToken> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _asked++;
            return _granted.Task.WaitAsync(cancellationToken);
        }
    }

    public void Give()
    {
        lock (_sync)
        {
            _granted.SetResult(_lost.Token);
        }
    }

    public void TakeBack()
    {
        var lost = _lost;
        lock (_sync)
        {
            _lost = new();
            _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        lost.Cancel();
        lost.Dispose();
    }

    public void Dispose() => _lost.Dispose();
}

/// <summary>Rows of jobs with change numbers, as a store has them.</summary>
internal sealed class FakeRows : IDesiredRuns
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, (long Change, JobRuns Runs)> _rows = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _newest;
    private long _purgedUpTo;

    public int FullReads { get; private set; }

    /// <summary>Reads fail while it is set.</summary>
    public bool IsBroken { get; set; }

    public void Set(params DesiredRun[] runs) => Set(runs[0].JobKey, runs);

    public void Set(string jobKey, params DesiredRun[] runs)
    {
        lock (_sync)
        {
            _rows[jobKey] = (++_newest, new JobRuns(jobKey, [.. runs]));
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The row goes, and so do the markers by which a follower would learn of it.</summary>
    public void Purge(string jobKey)
    {
        Set(jobKey);
        lock (_sync)
        {
            _rows.Remove(jobKey);
            _purgedUpTo = _newest;
        }
    }

    public Task<DesiredRuns> ReadAllAsync(string domain, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            ThrowIfBroken();
            FullReads++;
            return Task.FromResult(new DesiredRuns([.. _rows.Values.Select(row => row.Runs)], _newest));
        }
    }

    public Task<DesiredRuns?> ReadChangesAsync(string domain, long after, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            ThrowIfBroken();
            if (after < _purgedUpTo)
            {
                return Task.FromResult<DesiredRuns?>(null);
            }

            // A page of one, so that followers must come back for more.
            var next = _rows.Values.Where(row => row.Change > after).OrderBy(row => row.Change).Take(1).ToList();
            var position = next.Count > 0 ? next[0].Change : after;
            var isComplete = !_rows.Values.Any(row => row.Change > position);
            return Task.FromResult<DesiredRuns?>(new([.. next.Select(row => row.Runs)], position, isComplete));
        }
    }

    public Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return _newest > after ? Task.CompletedTask : _changed.Task.WaitAsync(cancellationToken);
        }
    }

    private void ThrowIfBroken()
    {
        if (IsBroken)
        {
            throw new IOException("the store is away");
        }
    }
}

/// <summary>Takes reports as the grains would.</summary>
internal sealed class FakeReports : IRunReports
{
    private readonly ConcurrentQueue<RunReport> _runs = [];
    private int _failures;

    public IReadOnlyList<RunReport> Runs => [.. _runs];

    public ConcurrentQueue<NodeReport> Nodes { get; } = [];

    /// <summary>What the grain commits on a report, before it answers.</summary>
    public Action<RunReport> OnReport { get; set; } = _ => { };

    /// <summary>So many of the next reports fail, after they were taken or before.</summary>
    public void FailNext(int count) => _failures = count;

    public IReadOnlyList<(RunPhase Phase, long Generation, int Attempt)> Of(string uid) =>
        [.. _runs.Where(report => report.Uid == uid)
            .Select(report => (report.Phase, report.Generation, report.Attempt))];

    public Task ReportRunAsync(string jobKey, RunReport report)
    {
        ThrowIfToFail();
        Assert.EndsWith(report.Uid, jobKey, StringComparison.Ordinal);
        OnReport(report);
        _runs.Enqueue(report);
        return Task.CompletedTask;
    }

    public Task ReportNodesAsync(string domain, NodeReport report)
    {
        ThrowIfToFail();
        Nodes.Enqueue(report);
        return Task.CompletedTask;
    }

    private void ThrowIfToFail()
    {
        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new TimeoutException("the grain did not answer");
        }
    }
}

/// <summary>
/// The nodes shrink after the first report, whose successor is taken and not answered; by then they are as they were.
/// </summary>
internal sealed class DoubtfulReports(FakeExecutor executor) : IRunReports
{
    public ConcurrentQueue<int> GpuCounts { get; } = [];

    public Task ReportRunAsync(string jobKey, RunReport report) => Task.CompletedTask;

    public Task ReportNodesAsync(string domain, NodeReport report)
    {
        GpuCounts.Enqueue(report.Nodes[0].GpuCount);
        executor.Nodes = [new("node-0", GpuCounts.Count == 1 ? 4 : 8, true)];
        return GpuCounts.Count == 2 ? Task.FromException(new TimeoutException("no answer")) : Task.CompletedTask;
    }
}

/// <summary>Runs that exist in name only, and refuses what no executor may be asked to do.</summary>
internal sealed class FakeExecutor : IExecutor
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, ObservedRun> _runs = [];
    private readonly HashSet<string> _busy = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failures;

    public string Name => "fake";

    public List<string> Log { get; } = [];

    /// <summary>Starts and stops of the uid wait for it.</summary>
    public ConcurrentDictionary<string, Task> Gates { get; } = [];

    public ImmutableArray<NodeCapacity> Nodes { get; set; } = [new("node-0", 8, true)];

    public void FailNext(int count) => _failures = count;

    public string[] LogOf(string uid)
    {
        lock (_sync)
        {
            return [.. Log.Where(line => line.EndsWith(" " + uid, StringComparison.Ordinal))];
        }
    }

    public void Become(ObservedRun run)
    {
        lock (_sync)
        {
            _runs[run.Uid] = run;
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new NodeReport { Executor = Name, Nodes = Nodes });

    public Task<ImmutableArray<ObservedRun>> ObserveAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return Task.FromResult(_runs.Values.ToImmutableArray());
        }
    }

    public async Task StartAsync(DesiredRun desired, CancellationToken cancellationToken)
    {
        await EnterAsync($"start {desired.Attempt} {desired.Uid}", desired.Uid, cancellationToken);
        lock (_sync)
        {
            _busy.Remove(desired.Uid);
            if (_runs.GetValueOrDefault(desired.Uid) is { Phase: RunPhase.Running })
            {
                Log.Add("started beside a running one " + desired.Uid);
            }
        }

        Become(Runs.Observed(RunPhase.Running, desired.Generation, desired.Attempt, uid: desired.Uid));
    }

    public async Task StopAsync(string uid, CancellationToken cancellationToken)
    {
        await EnterAsync("stop " + uid, uid, cancellationToken);
        ObservedRun run;
        lock (_sync)
        {
            _busy.Remove(uid);
            run = _runs[uid];
        }

        Become(run with { Phase = RunPhase.Stopped });
    }

    public async Task ForgetAsync(string uid, CancellationToken cancellationToken)
    {
        await EnterAsync("forget " + uid, uid, cancellationToken);
        lock (_sync)
        {
            _busy.Remove(uid);
            _runs.Remove(uid);
        }
    }

    public async Task WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_sync)
        {
            changed = _changed.Task;
        }

        await changed.WaitAsync(cancellationToken);
    }

    private async Task EnterAsync(string line, string uid, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            Log.Add(line);
            if (!_busy.Add(uid))
            {
                Log.Add("two operations at once " + uid);
            }
        }

        if (Gates.TryGetValue(uid, out var gate))
        {
            try
            {
                await gate.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_sync)
                {
                    _busy.Remove(uid);
                }

                throw;
            }
        }

        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            lock (_sync)
            {
                _busy.Remove(uid);
            }

            throw new IOException("the disk is full");
        }
    }
}
