using Microsoft.Win32.SafeHandles;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors.Local;

/// <summary>
/// What the server remembers of one uid between looks at its folder, so that a look costs one system call or two while
/// nothing happens, and none once the attempt has ended.
/// </summary>
internal sealed class LocalRun(RunFolder folder) : IDisposable
{
    private readonly Lock _sync = new();
    private SafeFileHandle? _probe;
    private RunSpec? _spec;
    private RunnerRecord? _running;
    private ObservedRun? _ended;

    public RunFolder Folder => folder;

    /// <summary>One start, stop or recovery at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Under <see cref="Gate"/>: the last attempt, without its ranks; null: there is none.</summary>
    public RunSpec? Last
    {
        get
        {
            lock (_sync)
            {
                return _spec;
            }
        }
    }

    /// <summary>Reads the last attempt from the folder. Called under <see cref="Gate"/>, after every change of it.</summary>
    public void Reload()
    {
        var attempts = folder.Attempts();
        lock (_sync)
        {
            (_spec, _running, _ended) = (null, null, null);
            if (attempts.Length > 0 && folder.ReadSpec(attempts[^1]) is { } spec)
            {
                // Their environments would fill the memory of a server with many jobs.
                _spec = spec with { Ranks = [] };
            }
        }
    }

    /// <summary>What the last attempt does; null: there is none.</summary>
    /// <param name="isLost">True: its runner is gone, and how it ended is still to be recorded.</param>
    /// <param name="now">By the executor's clock.</param>
    public ObservedRun? Observe(DateTimeOffset now, out bool isLost)
    {
        lock (_sync)
        {
            isLost = false;
            if (_spec is not { } spec || _ended is not null)
            {
                return _ended;
            }

            // The lock first: a runner records the end before it lets go of the lock.
            var isLocked = Libc.IsLocked(_probe ??= folder.OpenLock());
            if (folder.ReadEnd(spec.Attempt) is { } end)
            {
                CloseProbe();
                return _ended = Observed(spec, end.Phase, end.At) with
                {
                    ExitCode = end.ExitCode,
                    Message = end.Message,
                };
            }

            _running ??= folder.ReadRunner(spec.Attempt);
            if (isLocked && _running is { Ranks.IsEmpty: true })
            {
                _running = folder.ReadRunner(spec.Attempt);
            }

            isLost = !isLocked && _running is not null;
            return isLocked && _running is { Ranks.IsEmpty: false } running
                ? Observed(spec, RunPhase.Running, running.StartedAt)
                : Observed(spec, RunPhase.None, now);
        }
    }

    public void Dispose()
    {
        lock (_sync)
        {
            CloseProbe();
        }

        Gate.Dispose();
    }

    private static ObservedRun Observed(RunSpec spec, RunPhase phase, DateTimeOffset at) => new()
    {
        Uid = spec.Uid,
        Generation = spec.Generation,
        Attempt = spec.Attempt,
        Phase = phase,
        At = at,
    };

    private void CloseProbe()
    {
        _probe?.Dispose();
        _probe = null;
    }
}
