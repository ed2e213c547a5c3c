using Microsoft.Win32.SafeHandles;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Local;

/// <summary>Sees an attempt to its recorded end, also one whose runner is gone or stuck.</summary>
internal sealed class RunEnder(TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>What a runner may take beyond the grace period before it counts as stuck.</summary>
    private static readonly TimeSpan RunnerMargin = TimeSpan.FromSeconds(15);

    /// <summary>Asks the runner to end the attempt, and makes it where that does not help.</summary>
    public async Task StopAsync(RunFolder folder, RunSpec spec, CancellationToken cancellationToken)
    {
        var giveUpAt = time.GetUtcNow() + spec.GracePeriod + RunnerMargin;
        var wasAsked = false;
        while (true)
        {
            using (var runLock = folder.TryTakeLock())
            {
                if (runLock is not null)
                {
                    await RecordEndAsync(folder, spec, runLock, wasStopped: true, cancellationToken);
                    return;
                }
            }

            // A runner that holds the lock writes its record before it starts anything, and lets go of it a moment
            // after it has recorded the end: until the one and from the other on there is nobody to ask.
            if (folder.ReadEnd(spec.Attempt) is null && folder.ReadRunner(spec.Attempt) is { } record)
            {
                if (!wasAsked)
                {
                    folder.MarkStop(spec.Attempt);
                    record.Runner.Signal(Libc.SigTerm);
                    wasAsked = true;
                }
                else if (time.GetUtcNow() >= giveUpAt)
                {
                    record.Runner.Signal(Libc.SigKill);
                }
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>
    /// The runner of a started attempt is gone without a word: ends what it left and records the end. Does nothing
    /// where somebody else holds the lock.
    /// </summary>
    public async Task RecoverAsync(RunFolder folder, RunSpec spec, CancellationToken cancellationToken)
    {
        using var runLock = folder.TryTakeLock();
        if (runLock is not null)
        {
            await RecordEndAsync(folder, spec, runLock, wasStopped: false, cancellationToken);
        }
    }

    /// <summary>
    /// What is recorded of the uid is damaged, and nothing of it is wanted any more: ends what carries its marks, the
    /// runner with it, and once the lock shows that nothing runs, puts a record in place that says so.
    /// </summary>
    public async Task EndUnknownAsync(RunFolder folder, TimeSpan gracePeriod, CancellationToken cancellationToken)
    {
        while (true)
        {
            using (var runLock = folder.TryTakeLock())
            {
                await EndSurvivorsAsync(folder, gracePeriod, cancellationToken);
                if (runLock is not null)
                {
                    folder.ReplaceDamaged(new RunEnd
                    {
                        Phase = RunPhase.Stopped,
                        Message = "its records were damaged",
                        At = time.GetUtcNow(),
                    });
                    return;
                }
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>Records that the attempt was never started. Does nothing where a runner came up after all.</summary>
    public void RecordStartFailure(RunFolder folder, RunSpec spec, string problem)
    {
        using var runLock = folder.TryTakeLock();
        if (runLock is not null && !folder.HasRunner(spec.Attempt) && folder.ReadEnd(spec.Attempt) is null)
        {
            folder.WriteEnd(
                spec.Attempt,
                new RunEnd { Phase = RunPhase.StartFailed, Message = problem, At = time.GetUtcNow() });
        }
    }

    /// <summary>
    /// Under the lock no runner can come up, and one that does later finds the end and starts nothing.
    /// </summary>
    private async Task RecordEndAsync(
        RunFolder folder, RunSpec spec, SafeFileHandle runLock, bool wasStopped, CancellationToken cancellationToken)
    {
        _ = runLock;
        await EndSurvivorsAsync(folder, spec.GracePeriod, cancellationToken);
        if (folder.ReadEnd(spec.Attempt) is not null)
        {
            return;
        }

        folder.WriteEnd(spec.Attempt, new RunEnd
        {
            Phase = wasStopped ? RunPhase.Stopped : RunPhase.Exited,
            Message = HowItWasLost(folder, spec.Attempt),
            At = time.GetUtcNow(),
        });
    }

    private static string HowItWasLost(RunFolder folder, int attempt)
    {
        try
        {
            return folder.ReadRunner(attempt) switch
            {
                null => "ended before it was started",
                { Runner.IsOfThisBoot: true } => "the runner was lost",
                _ => "the runner was lost when the machine was restarted",
            };
        }
        catch (InvalidDataException)
        {
            return "the runner was lost, and its record is damaged";
        }
    }

    /// <summary>TERM, and after the grace period KILL, to what is left of the uid without a runner.</summary>
    private async Task EndSurvivorsAsync(RunFolder folder, TimeSpan gracePeriod, CancellationToken cancellationToken)
    {
        var killAt = time.GetUtcNow() + gracePeriod;
        var known = new HashSet<ProcessIdentity>();
        for (var isFirst = true; ; isFirst = false)
        {
            AddSurvivors(folder, known);
            if (known.Count == 0)
            {
                return;
            }

            var mustDie = time.GetUtcNow() >= killAt;
            foreach (var process in known)
            {
                if (isFirst)
                {
                    process.Signal(Libc.SigTerm);
                    process.Signal(Libc.SigCont);
                }

                if (mustDie)
                {
                    process.Signal(Libc.SigKill);
                }
            }

            await Task.Delay(mustDie ? KillInterval : PollInterval, time, cancellationToken);
        }
    }

    /// <summary>
    /// Processes that carry the marks of the uid, their descendants, and those that share a session with one of them: a
    /// session is entered by birth alone, so it holds no stranger. What was found once is followed until it is gone,
    /// also when the one through which it was found is gone first.
    /// </summary>
    private static void AddSurvivors(RunFolder folder, HashSet<ProcessIdentity> known)
    {
        var table = ProcessTable.Read();
        var byPid = table.Where(entry => !entry.IsZombie).ToDictionary(entry => entry.Pid);
        known.RemoveWhere(process =>
            !byPid.TryGetValue(process.Pid, out var entry) || entry.StartTicks != process.StartTicks);

        string[] marks = [.. folder.Markers.Select(marker => $"{marker.Name}={marker.Value}")];
        var found = new HashSet<int>(known.Select(process => process.Pid));
        found.UnionWith(byPid.Keys.Where(pid =>
            pid != Environment.ProcessId && ProcessTable.WasStartedWith(pid, marks)));
        var sessions = found.Select(pid => byPid[pid].Session).ToHashSet();
        found.UnionWith(byPid.Values.Where(entry => sessions.Contains(entry.Session)).Select(entry => entry.Pid));
        foreach (var root in found.ToList())
        {
            found.UnionWith(ProcessTable.Descendants(table, root).Select(entry => entry.Pid));
        }

        found.Remove(Environment.ProcessId);
        foreach (var entry in found.Where(byPid.ContainsKey).Select(pid => byPid[pid]))
        {
            known.Add(new ProcessIdentity(entry.Pid, entry.StartTicks, ProcessIdentity.CurrentBootId));
        }
    }
}
