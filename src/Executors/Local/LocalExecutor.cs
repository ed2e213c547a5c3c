using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors.Local;

/// <summary>Runs jobs as processes of this machine, each attempt under a runner that outlives the server.</summary>
public sealed partial class LocalExecutor : IExecutor, IJobLogs, IDisposable
{
    private const int MaxReadBytes = 1 << 20;

    private static readonly TimeSpan DeafInterval = TimeSpan.FromMilliseconds(250);

    private readonly LocalExecutorOptions _options;
    private readonly TimeProvider _time;
    private readonly ExecutorInstruments _instruments;
    private readonly ILogger<LocalExecutor> _logger;
    private readonly RunStore _store;
    private readonly RunBell _bell;
    private readonly RunStarter _starter;
    private readonly RunEnder _ender;
    private readonly CancellationTokenSource _disposed = new();
    private readonly GpuIndex _gpuIndex;
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

        (_options, _time, _instruments, _logger) = (options.Value, time, instruments, logger);
        _store = new RunStore(_options.RunDirectory, _options.RetentionPeriod, time);
        _gpuIndex = new GpuIndex(Path.Combine(Path.GetFullPath(_options.RunDirectory), ".gpus.json"));
        _bell = new RunBell(Path.GetFullPath(_options.RunDirectory), time);
        _ender = new RunEnder(time);
        _starter = new RunStarter(_options, plan, new RunLauncher(_options, _bell.Ring), _ender, time, logger);
        LogFound(logger, _store.All.Count(), _options.RunDirectory);
    }

    /// <inheritdoc/>
    public string Name => "local";

    /// <inheritdoc/>
    public async Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken)
    {
        var gpus = await FindGpusAsync(cancellationToken);
        foreach (var gpu in gpus.Lost.Except(_gpus?.Lost ?? []))
        {
            LogGpuLost(_logger, gpu, gpus.Devices[gpu]);
        }

        _gpus = gpus;
        return new NodeReport
        {
            Executor = Name,
            Nodes = _options.SimulatedNodes.Count > 0
                ? [.. _options.SimulatedNodes.Select(node => new NodeCapacity(node.Name, node.GpuCount, true))]
                : [new NodeCapacity(_options.NodeName, _options.GpuCount ?? gpus.Devices.Length, gpus.IsSimulated)
                {
                    LostGpus = gpus.Lost,
                }],
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
                if (seen is { IsUnknown: true, Message: { } problem } && run.IsNews(problem))
                {
                    LogUnknown(_logger, seen.Uid, problem);
                }
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
            if (run!.Observe(_time.GetUtcNow(), out _) is { IsUnknown: true } unknown)
            {
                throw new InvalidDataException($"{desired.Uid} cannot be started: {unknown.Message}");
            }

            var gpus = _gpus ??= await FindGpusAsync(cancellationToken);
            await _starter.StartAsync(run, desired, gpus, cancellationToken);
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
            if (run.Observe(_time.GetUtcNow(), out _) is { IsUnknown: true })
            {
                await _ender.EndUnknownAsync(run.Folder, _options.GracePeriod, cancellationToken);
            }
            else if (run.Last is { } last)
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
        if (run.IsBlank)
        {
            // A start that came to nothing: nobody would ever forget it.
            _store.DropBlank(run);
        }

        run.Gate.Release();
        _bell.Ring();
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
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Looked at again, and tried again, with the next observation.
            LogRecoveryFailed(_logger, exception, run.Folder.Uid);
        }
        finally
        {
            Leave(run);
        }
    }

    private async Task<GpuList> FindGpusAsync(CancellationToken cancellationToken) =>
        _options.SimulatedNodes.Count > 0 || _options.GpuCount is not null
            ? GpuList.Simulated
            : _gpuIndex.Assign(await NvidiaSmi.ListAsync(_options.StartTimeout, cancellationToken));
}
