using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Local;

/// <summary>
/// The processes of one attempt: starts one a rank, ends them together, and knows when nothing of them is left.
/// </summary>
/// <remarks>
/// This process is their subreaper, so whatever they leave behind becomes its child: it has no children left exactly
/// when the attempt has no processes left.
/// </remarks>
internal sealed class RunnerGang(RunSpec spec, RunFolder folder, TimeProvider time)
{
    private static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What remains after the ranks have ended by themselves is no training; it gets this long at most.
    /// </summary>
    private static readonly TimeSpan LeftoverGracePeriod = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OutputTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();
    private readonly Dictionary<int, int> _rankByPid = [];
    private readonly HashSet<int> _living = [];
    private readonly List<RankOutput> _outputs = [];
    private bool _isEnding;
    private bool _wasAsked;
    private DateTimeOffset? _killAt;
    private int? _failure;
    private string? _message;

    private enum EventKind
    {
        None = 0,
        ChildEnded = 1,
        AllGone = 2,
        EndRequested = 3,
    }

    /// <summary>Process ids by rank, in the order of the spec.</summary>
    public ImmutableArray<int> Pids { get; private set; } = [];

    /// <summary>Asks the gang to end; may be called at any time, from any thread, repeatedly.</summary>
    public void RequestEnd() => _events.Writer.TryWrite(new(EventKind.EndRequested));

    /// <summary>Starts all ranks.</summary>
    /// <returns>Null: all run; otherwise why not, and none is left.</returns>
    public async Task<RunEnd?> StartAsync()
    {
        var pids = ImmutableArray.CreateBuilder<int>();
        try
        {
            foreach (var rank in spec.Ranks)
            {
                var pid = ChildProcess.Start(rank, out var output);
                pids.Add(pid);
                _rankByPid[pid] = rank.Rank;
                _living.Add(pid);
                _outputs.Add(RankOutput.Start(output, folder.LogPath(rank.Rank), spec, time.GetUtcNow()));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isEnding = true;
            _killAt = time.GetUtcNow();
            StartReaper();
            await UntilAllGoneAsync();
            return new RunEnd
            {
                Phase = RunPhase.StartFailed,
                Message = exception.Message,
                At = time.GetUtcNow(),
            };
        }

        Pids = pids.ToImmutable();
        StartReaper();
        return null;
    }

    /// <summary>Waits until nothing is left.</summary>
    public async Task<RunEnd> WaitAsync()
    {
        await UntilAllGoneAsync();
        var at = time.GetUtcNow();
        if (_wasAsked && !folder.IsStopMarked(spec.Attempt))
        {
            // The exit code of a job that was interrupted says nothing: many end with 0 on TERM.
            const string Interrupted = "ended by a request that was not Sluice's";
            return new RunEnd { Phase = RunPhase.Exited, Message = Interrupted, At = at };
        }

        return new RunEnd
        {
            Phase = _wasAsked ? RunPhase.Stopped : RunPhase.Exited,
            ExitCode = _failure ?? 0,
            Message = _message,
            At = at,
        };
    }

    private async Task UntilAllGoneAsync()
    {
        for (var isAnyLeft = true; isAnyLeft;)
        {
            if (_killAt <= time.GetUtcNow())
            {
                Signal(Descendants(), Libc.SigKill);
                _killAt = time.GetUtcNow() + KillInterval;
            }

            if (await NextEventAsync() is { } next)
            {
                isAnyLeft = next.Kind != EventKind.AllGone;
                Handle(next);
            }
        }

        foreach (var output in _outputs)
        {
            output.Finish(OutputTimeout);
        }
    }

    private void Handle(Event next)
    {
        switch (next.Kind)
        {
            case EventKind.EndRequested:
                // Too late once the ranks have decided the result themselves, also where nobody has heard of it yet: a
                // job that completed just as it was asked to stop has completed.
                _wasAsked |= _failure is null && _living.Any(IsRunning);
                EndRanks();
                break;
            case EventKind.ChildEnded when _living.Remove(next.Pid):
                RankEnded(_rankByPid[next.Pid], next.Status);
                break;
        }
    }

    private void RankEnded(int rank, int status)
    {
        var code = ExitCode(status);
        if (code != 0)
        {
            _message ??= code > 128 && (status & 0x7f) != 0
                ? $"rank {rank} was ended by signal {code - 128}"
                : $"rank {rank} exited with {code}";
            _failure ??= code;
            EndRanks();
        }

        if (_living.Count == 0)
        {
            EndLeftovers();
        }
    }

    /// <summary>TERM to the groups of all ranks, and a time for KILL.</summary>
    private void EndRanks()
    {
        if (_isEnding)
        {
            return;
        }

        _isEnding = true;
        _killAt = time.GetUtcNow() + spec.GracePeriod;
        foreach (var pid in _living)
        {
            Libc.Signal(-pid, Libc.SigTerm);

            // A stopped process handles no TERM.
            Libc.Signal(-pid, Libc.SigCont);
        }
    }

    private void EndLeftovers()
    {
        _isEnding = true;
        var grace = spec.GracePeriod < LeftoverGracePeriod ? spec.GracePeriod : LeftoverGracePeriod;
        var killAt = time.GetUtcNow() + grace;
        _killAt = _killAt < killAt ? _killAt : killAt;
        var leftovers = Descendants();
        Signal(leftovers, Libc.SigTerm);
        Signal(leftovers, Libc.SigCont);
    }

    private static bool IsRunning(int pid) => ProcessTable.TryRead(pid) is { IsZombie: false };

    private static List<ProcessEntry> Descendants() =>
        ProcessTable.Descendants(ProcessTable.Read(), Environment.ProcessId);

    // Nobody but this process reaps its descendants or their orphans, so a number that was just read is still theirs.
    private static void Signal(List<ProcessEntry> processes, int signal)
    {
        foreach (var process in processes)
        {
            Libc.Signal(process.Pid, signal);
        }
    }

    private async Task<Event?> NextEventAsync()
    {
        if (_killAt is not { } killAt)
        {
            return await _events.Reader.ReadAsync();
        }

        var wait = killAt - time.GetUtcNow();
        using var timeout = new CancellationTokenSource(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time);
        try
        {
            return await _events.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Reaps on a thread of its own. Started after all ranks are: their ends wait to be reaped.</summary>
    private void StartReaper() =>
        new Thread(Reap) { IsBackground = true, Name = "reaper" }.Start();

    private unsafe void Reap()
    {
        while (true)
        {
            int status;
            var pid = Libc.WaitForChild(-1, &status, 0);
            if (pid > 0)
            {
                _events.Writer.TryWrite(new(EventKind.ChildEnded, pid, status));
            }
            else if (Marshal.GetLastPInvokeError() == Libc.ErrNoChild)
            {
                _events.Writer.TryWrite(new(EventKind.AllGone));
                return;
            }
        }
    }

    /// <summary>128 + n for signal n, as shells say it.</summary>
    private static int ExitCode(int status) =>
        (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    private readonly record struct Event(EventKind Kind, int Pid = 0, int Status = 0);
}
