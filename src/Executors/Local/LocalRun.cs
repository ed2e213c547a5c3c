using System.ComponentModel;
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
    private string? _problem;
    private string? _toldProblem;

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

    /// <summary>True: neither an attempt is known nor anything that would keep one from being known.</summary>
    public bool IsBlank
    {
        get
        {
            lock (_sync)
            {
                return _spec is null && _problem is null;
            }
        }
    }

    /// <summary>
    /// Reads the last attempt from the folder. Called under <see cref="Gate"/>, after every change of it. What cannot
    /// be read is told by the next observation.
    /// </summary>
    public void Reload()
    {
        lock (_sync)
        {
            (_spec, _running, _ended, _problem) = (null, null, null, null);
            try
            {
                ReadLast();
            }
            catch (Exception exception) when (IsAboutRecords(exception))
            {
                _problem = exception.Message;
            }
        }
    }

    /// <summary>
    /// What the last attempt does; null: there is none. What cannot be told is looked at anew each time.
    /// </summary>
    /// <param name="isLost">True: its runner is gone, and how it ended is still to be recorded.</param>
    /// <param name="now">By the executor's clock.</param>
    public ObservedRun? Observe(DateTimeOffset now, out bool isLost)
    {
        lock (_sync)
        {
            isLost = false;
            try
            {
                if (_problem is not null)
                {
                    ReadLast();
                }

                var seen = ObserveRecords(now, out isLost);
                (_problem, _toldProblem) = (null, null);
                return seen;
            }
            catch (Exception exception) when (IsAboutRecords(exception))
            {
                _problem = exception.Message;
                return new ObservedRun
                {
                    Uid = folder.Uid,
                    Generation = _spec?.Generation ?? 0,
                    Attempt = _spec?.Attempt ?? 0,
                    Phase = RunPhase.None,
                    IsUnknown = true,
                    Message = _problem,
                    At = now,
                };
            }
        }
    }

    /// <summary>True once for each problem that lasts, so that it is told once.</summary>
    public bool IsNews(string problem)
    {
        lock (_sync)
        {
            var isNews = _toldProblem != problem;
            _toldProblem = problem;
            return isNews;
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

    /// <summary>True: the files of this uid are the trouble, not the program.</summary>
    private static bool IsAboutRecords(Exception exception) => exception
        is InvalidDataException or IOException or UnauthorizedAccessException or Win32Exception;

    private void ReadLast()
    {
        // The ranks' environments would fill the memory of a server with many jobs.
        _spec = folder.ReadLastSpec() is { } spec ? spec with { Ranks = [] } : null;
    }

    private ObservedRun? ObserveRecords(DateTimeOffset now, out bool isLost)
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

        if (!isLocked)
        {
            // Who ran it does not matter any more, so neither does whether that can still be read.
            isLost = folder.HasRunner(spec.Attempt);
            return Observed(spec, RunPhase.None, now);
        }

        if (_running is not { Ranks.IsEmpty: false })
        {
            _running = folder.ReadRunner(spec.Attempt);
        }

        return _running is { Ranks.IsEmpty: false } running
            ? Observed(spec, RunPhase.Running, running.StartedAt)
            : Observed(spec, RunPhase.None, now);
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
