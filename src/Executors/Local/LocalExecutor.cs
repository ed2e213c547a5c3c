using System.Collections;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Local;

/// <summary>Tells how a manifest runs as local processes; <see cref="LocalPlanner.Plan"/> outside of tests.</summary>
public delegate LocalPlan PlanLocally(string yaml, ManifestAssignment assignment, int masterPort);

/// <summary>Runs jobs as processes of this machine, each attempt under a runner that outlives the server.</summary>
public sealed partial class LocalExecutor : IExecutor, IJobLogs, IDisposable
{
    private const int MaxReadBytes = 1 << 20;

    private static readonly TimeSpan DeafInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan UnlockPollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan UnlockTimeout = TimeSpan.FromSeconds(5);

    private readonly LocalExecutorOptions _options;
    private readonly PlanLocally _plan;
    private readonly TimeProvider _time;
    private readonly ExecutorInstruments _instruments;
    private readonly ILogger<LocalExecutor> _logger;
    private readonly RunStore _store;
    private readonly RunBell _bell;
    private readonly RunLauncher _launcher;
    private readonly RunEnder _ender;
    private readonly CancellationTokenSource _disposed = new();
    private GpuList? _gpus;

    /// <summary>Finds what runs in the folder already.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    public LocalExecutor(
        IOptions<LocalExecutorOptions> options,
        PlanLocally plan,
        TimeProvider time,
        ExecutorInstruments instruments,
        ILogger<LocalExecutor> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("the local executor needs Linux");
        }

        (_options, _plan, _time, _instruments, _logger) = (options.Value, plan, time, instruments, logger);
        _store = new RunStore(_options.RunDirectory, _options.RetentionPeriod, time);
        _bell = new RunBell(Path.GetFullPath(_options.RunDirectory), time);
        _launcher = new RunLauncher(_options, _bell.Ring);
        _ender = new RunEnder(time);
        LogFound(logger, _store.All.Count(), _options.RunDirectory);
    }

    /// <inheritdoc/>
    public string Name => "local";

    /// <inheritdoc/>
    public async Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken)
    {
        _gpus = await FindGpusAsync(cancellationToken);
        return new NodeReport
        {
            Executor = Name,
            Nodes = _options.SimulatedNodes.Count > 0
                ? [.. _options.SimulatedNodes.Select(node => new NodeCapacity(node.Name, node.GpuCount, true))]
                : [new NodeCapacity(_options.NodeName, _options.GpuCount ?? _gpus.Devices.Length, _gpus.IsSimulated)],
            Quotas = [.. _options.GpuQuotas.OrderBy(quota => quota.Key, StringComparer.Ordinal)
                .Select(quota => new GpuQuota(quota.Key, quota.Value))],
        };
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ObservedRun>> ObserveAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var observed = ImmutableArray.CreateBuilder<ObservedRun>();
        foreach (var run in _store.All)
        {
            if (run.Observe(now, out var isLost) is { } seen)
            {
                observed.Add(seen);
            }

            // Whoever holds the gate records the end, or does something that needs it recorded.
            if (isLost && run.Gate.Wait(0, CancellationToken.None))
            {
                _ = RecoverAsync(run);
            }
        }

        return Task.FromResult(observed.ToImmutable());
    }

    /// <inheritdoc/>
    public async Task StartAsync(DesiredRun desired, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desired);
        var run = await EnterAsync(desired.Uid, isNew: true, cancellationToken);
        try
        {
            if (await MayStartAsync(run!, desired, cancellationToken))
            {
                await LaunchAsync(run!, desired, cancellationToken);
            }
        }
        finally
        {
            Leave(run!);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(string uid, CancellationToken cancellationToken)
    {
        if (await EnterAsync(uid, isNew: false, cancellationToken) is not { } run)
        {
            return;
        }

        try
        {
            if (run.Last is { } last)
            {
                await _ender.StopAsync(run.Folder, last, cancellationToken);
                LogStopped(_logger, uid, last.Attempt);
            }
        }
        finally
        {
            Leave(run);
        }
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(string uid, CancellationToken cancellationToken)
    {
        if (await EnterAsync(uid, isNew: false, cancellationToken) is not { } run)
        {
            return;
        }

        try
        {
            var seen = run.Observe(_time.GetUtcNow(), out _);
            if (seen is null or { Phase: RunPhase.Exited or RunPhase.Stopped or RunPhase.StartFailed })
            {
                _store.Forget(run);
                LogForgotten(_logger, uid);
            }
        }
        finally
        {
            run.Gate.Release();
        }
    }

    /// <inheritdoc/>
    public Task WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _bell.WaitAsync(
            _bell.HearsRunners || timeout < DeafInterval ? timeout : DeafInterval, cancellationToken);

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(
        string uid, int rank, long offset, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, MaxReadBytes);
        if (!RunFolder.IsUid(uid) || rank < 0 || _store.FindLog(uid, rank) is not { } path)
        {
            return null;
        }

        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        var available = Math.Clamp(RandomAccess.GetLength(file) - offset, 0, maxBytes);
        var buffer = new byte[available];
        var count = await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
        return buffer.AsMemory(0, count);
    }

    /// <summary>Lets go of everything here; what runs goes on.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        _bell.Dispose();
        _store.Dispose();
    }

    /// <summary>The run, with its gate held; null: there is none and none was asked for.</summary>
    private async Task<LocalRun?> EnterAsync(string uid, bool isNew, CancellationToken cancellationToken)
    {
        if (!RunFolder.IsUid(uid))
        {
            throw new ArgumentException($"uid: '{uid}' cannot name a folder", nameof(uid));
        }

        while (true)
        {
            var run = isNew ? _store.Open(uid) : _store.Find(uid);
            if (run is null)
            {
                return null;
            }

            await run.Gate.WaitAsync(cancellationToken);
            if (ReferenceEquals(_store.Find(uid), run))
            {
                return run;
            }

            // It was forgotten while this call waited.
            run.Gate.Release();
        }
    }

    private void Leave(LocalRun run)
    {
        run.Reload();
        run.Gate.Release();
        _bell.Ring();
    }

    /// <summary>False: that attempt, or one that supersedes it, was started before.</summary>
    private async Task<bool> MayStartAsync(LocalRun run, DesiredRun desired, CancellationToken cancellationToken)
    {
        if (run.Last is { } last)
        {
            var hasEnded = run.Folder.ReadEnd(last.Attempt) is not null;
            if (last.Attempt > desired.Attempt || last.Generation > desired.Generation)
            {
                LogSuperseded(_logger, desired.Uid, desired.Attempt, desired.Generation, last.Attempt, last.Generation);
                return false;
            }

            if (last.Attempt == desired.Attempt)
            {
                if (hasEnded || run.Folder.ReadRunner(last.Attempt) is not null)
                {
                    return false;
                }
            }
            else if (!hasEnded)
            {
                throw new InvalidOperationException(
                    $"attempt {last.Attempt} of {desired.Uid} has not ended: attempt {desired.Attempt} cannot start");
            }
        }

        // A runner that has recorded the end holds the lock for the moment until it is gone.
        using var probe = run.Folder.OpenLock();
        var giveUpAt = _time.GetUtcNow() + UnlockTimeout;
        while (Libc.IsLocked(probe))
        {
            if (_time.GetUtcNow() >= giveUpAt)
            {
                throw new TimeoutException($"the folder of {desired.Uid} is still locked by a runner");
            }

            await Task.Delay(UnlockPollInterval, _time, cancellationToken);
        }

        return true;
    }

    private async Task LaunchAsync(LocalRun run, DesiredRun desired, CancellationToken cancellationToken)
    {
        var gpus = _gpus ??= await FindGpusAsync(cancellationToken);
        var assignment = new ManifestAssignment { GpuCount = desired.GpuCount, SluiceUrl = _options.SluiceUrl!() };
        var plan = _plan(desired.Manifest, assignment, FindFreePort());
        var problem = RunSpecBuilder.Problem(desired, plan);
        var spec = RunSpecBuilder.Build(
            desired, problem is null ? plan : plan with { Processes = [] }, run.Folder, _options, gpus, Inheritable());
        run.Folder.WriteSpec(spec);
        run.Folder.DropAttemptsBefore(spec.Attempt);
        var launch = problem is null
            ? await _launcher.LaunchAsync(run.Folder.AttemptPath(spec.Attempt), cancellationToken)
            : new LaunchResult(LaunchOutcome.NotStarted, problem);
        Settle(run, spec, launch);
    }

    private void Settle(LocalRun run, RunSpec spec, LaunchResult launch)
    {
        switch (launch.Outcome)
        {
            case LaunchOutcome.Up:
                LogStarted(_logger, spec.Uid, spec.Attempt, spec.Generation);
                break;
            case LaunchOutcome.NotStarted:
                _ender.RecordStartFailure(run.Folder, spec, launch.Problem!);
                goto case LaunchOutcome.Failed;
            case LaunchOutcome.Failed:
                var problem = launch.Problem ?? run.Folder.ReadEnd(spec.Attempt)?.Message ?? "";
                LogStartFailed(_logger, spec.Uid, spec.Attempt, problem);
                break;
            case LaunchOutcome.Refused when run.Folder.ReadRunner(spec.Attempt) is not null:
                // A runner that a server before this one started was faster; it is the one that counts.
                break;
            default:
                throw new InvalidOperationException($"attempt {spec.Attempt} of {spec.Uid}: {launch.Problem}");
        }
    }

    /// <summary>Runs with the gate held, and gives it back.</summary>
    private async Task RecoverAsync(LocalRun run)
    {
        try
        {
            if (run.Last is { } last)
            {
                LogLost(_logger, run.Folder.Uid, last.Attempt);
                _instruments.RunnerLost();
                await _ender.RecoverAsync(run.Folder, last, _disposed.Token);
            }
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            // The next server finishes it.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Looked at again, and tried again, with the next observation.
            LogRecoveryFailed(_logger, exception, run.Folder.Uid);
        }
        finally
        {
            Leave(run);
        }
    }

    private Task<GpuList> FindGpusAsync(CancellationToken cancellationToken) =>
        _options.SimulatedNodes.Count > 0 || _options.GpuCount is not null
            ? Task.FromResult(GpuList.Simulated)
            : GpuList.DiscoverAsync(_options.StartTimeout, cancellationToken);

    private static IEnumerable<KeyValuePair<string, string>> Inheritable() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, entry.Value as string ?? ""));

    /// <summary>A port that is free now; a gang's first rank listens on it soon after.</summary>
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
