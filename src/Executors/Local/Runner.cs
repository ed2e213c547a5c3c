using System.Runtime.InteropServices;
using System.Text;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Local;

/// <summary>
/// The small process that one attempt of a job runs under, in a session of its own. It outlives the server that started
/// it; the folder of the run is all that the two share.
/// </summary>
/// <remarks>
/// Order makes it safe: the lock before anything is looked at, the record of who runs it before anything is started,
/// how it ended before the lock is given up. So an attempt with a record was started, and is over when its lock is
/// free.
/// </remarks>
public static class Runner
{
    /// <summary>The first word that a runner says to who started it: all ranks run.</summary>
    internal const string Started = "started";

    /// <summary>
    /// This attempt was started before, is locked, or is older than what was started: nothing was done.
    /// </summary>
    internal const string Refused = "refused";

    /// <summary>A rank could not be started; the folder says why.</summary>
    internal const string Failed = "failed";

    /// <summary>File whose change tells the server that some run has changed.</summary>
    internal const string BellName = ".changed";

    private const int UsageError = 2;
    private const int RefusedError = 3;
    private const int SessionError = 4;
    private const int MaxRecordTries = 60;

    private static readonly TimeSpan RecordInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs the attempt of <c>--dir FOLDER</c> to its end. Answers 0 where the attempt has ended, however it ended; 2
    /// for wrong arguments or another system than Linux; 3 where the attempt may not be started; 4 where the process
    /// cannot have a session of its own.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is not ["--dir", { Length: > 0 } path] || RunFolder.OfAttempt(path) is not var (folder, attempt)
            || !Directory.Exists(folder.AttemptPath(attempt)))
        {
            await Console.Error.WriteLineAsync("usage: sluice runner --dir FOLDER, an existing RUNS/UID/attempt-N");
            return UsageError;
        }

        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("the runner needs Linux");
            return UsageError;
        }

        using var signals = new RunnerSignals();
        if (!HasOwnSession())
        {
            await Console.Error.WriteLineAsync("the runner leads a process group of another session");
            return SessionError;
        }

        using var runLock = folder.TryTakeLock();
        var refusal = runLock is null ? "another runner or the server works on this run" : Refusal(folder, attempt);
        if (refusal is not null)
        {
            Say($"{Refused} {refusal}");
            return RefusedError;
        }

        Libc.BecomeSubreaper();
        var end = await SuperviseAsync(folder, folder.ReadSpec(attempt)!, signals);
        await RecordAsync(folder, attempt, end);
        if (end.Phase == RunPhase.StartFailed)
        {
            Say(Failed);
        }

        Ring(folder);
        return 0;
    }

    /// <summary>
    /// A session that strangers share must not be mistaken for the job's, whose lost members are ended by it.
    /// </summary>
    private static bool HasOwnSession() =>
        Libc.StartSession()
        || ProcessTable.TryRead(Environment.ProcessId) is { } self && self.Session == self.Pid;

    /// <summary>Why the attempt may not be started; null: it may.</summary>
    private static string? Refusal(RunFolder folder, int attempt)
    {
        try
        {
            return RefusalByRecords(folder, attempt);
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    private static string? RefusalByRecords(RunFolder folder, int attempt)
    {
        if (folder.ReadSpec(attempt) is not { } spec)
        {
            return $"{folder.AttemptPath(attempt)} has no spec";
        }

        if (folder.HasRunner(attempt) || folder.ReadEnd(attempt) is not null)
        {
            return $"attempt {attempt} was started or ended before";
        }

        foreach (var other in folder.Attempts().Where(other => other != attempt))
        {
            if (other > attempt)
            {
                return $"attempt {other} is later than {attempt}";
            }

            if (folder.ReadSpec(other) is { } earlier && earlier.Generation > spec.Generation)
            {
                return $"generation {earlier.Generation} is later than {spec.Generation}";
            }
        }

        return null;
    }

    private static async Task<RunEnd> SuperviseAsync(RunFolder folder, RunSpec spec, RunnerSignals signals)
    {
        var time = TimeProvider.System;
        var record = new RunnerRecord
        {
            Runner = ProcessIdentity.OfThisProcess(),
            StartedAt = time.GetUtcNow(),
        };
        folder.WriteRunner(spec.Attempt, record);
        var gang = new RunnerGang(spec, folder, time);
        if (await gang.StartAsync() is { } failure)
        {
            return failure;
        }

        folder.WriteRunner(spec.Attempt, record with { Ranks = gang.Pids });
        Say(Started);
        DetachOutput(Path.Combine(folder.AttemptPath(spec.Attempt), "runner.log"));
        signals.Forward(gang.RequestEnd);
        Ring(folder);
        return await gang.WaitAsync();
    }

    /// <summary>
    /// How a job ended is worth some patience with a full disk: without it the server calls the run lost.
    /// </summary>
    private static async Task RecordAsync(RunFolder folder, int attempt, RunEnd end)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                folder.WriteEnd(attempt, end);
                return;
            }
            catch (IOException) when (tries < MaxRecordTries)
            {
                await Task.Delay(RecordInterval);
            }
        }
    }

    /// <summary>One line to the server; where it is gone there is nobody to tell.</summary>
    private static void Say(string line)
    {
        try
        {
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(line + "\n"));
            output.Flush();
        }
        catch (IOException)
        {
            // The folder tells the same to the next server.
        }
    }

    /// <summary>Lets go of the server's pipes; what this process may still say, as it dies, goes to a file.</summary>
    private static void DetachOutput(string logPath)
    {
        using var log = File.OpenHandle(logPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var descriptor = (int)log.DangerousGetHandle();
        _ = Libc.Duplicate(descriptor, 1);
        _ = Libc.Duplicate(descriptor, 2);
        var nothing = Libc.Open("/dev/null", Libc.OpenReadOnly | Libc.CloseOnExec, 0);
        _ = Libc.Duplicate(nothing, 0);
        _ = Libc.Close(nothing);
    }

    /// <summary>Wakes the server that watches the folder, whichever it is by now.</summary>
    private static void Ring(RunFolder folder)
    {
        try
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(folder.Path)!, BellName), folder.Uid);
        }
        catch (IOException)
        {
            // A hint: the server also looks by itself.
        }
    }

    /// <summary>
    /// TERM asks the gang to end, also one that came before there was a gang. Other signals of a terminal do nothing.
    /// </summary>
    private sealed class RunnerSignals : IDisposable
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration[] _registrations;

        public RunnerSignals()
        {
            _registrations =
            [
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
                {
                    context.Cancel = true;
                    _asked.TrySetResult();
                }),
                .. new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP }.Select(signal =>
                    PosixSignalRegistration.Create(signal, context => context.Cancel = true)),
            ];
        }

        public void Forward(Action requestEnd) =>
            _asked.Task.ContinueWith(
                _ => requestEnd(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        public void Dispose()
        {
            foreach (var registration in _registrations)
            {
                registration.Dispose();
            }
        }
    }
}
