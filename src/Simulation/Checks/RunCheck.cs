using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Watches the machines from outside: an attempt starts at most once, no two of a uid live at once, no GPU has two
/// users, and what runs runs on GPUs that the ledger holds for it.
/// </summary>
internal sealed class RunCheck(LedgerCheck ledger, Action<string, string> fail, Action<string> count)
{
    private readonly Dictionary<string, SimulatedRun> _alive = new(StringComparer.Ordinal);
    private readonly Recent<string, Attempts> _attempts = new();
    private readonly Dictionary<(string Node, int Gpu), string> _users = [];

    /// <summary>Uids whose end is committed as confirmed: nothing of them may start.</summary>
    public Func<string, bool> IsOver { get; set; } = _ => false;

    public bool IsAlive(string uid) => _alive.ContainsKey(uid);

    /// <summary>The generation of what lives of the uid; null: nothing does.</summary>
    public long? GenerationAlive(string uid) => _alive.TryGetValue(uid, out var run) ? run.Generation : null;

    public bool IsInUse(string uid, (string Node, int Gpu) gpu) => _users.GetValueOrDefault(gpu) == uid;

    /// <summary>The last attempt of the uid that had processes; 0: none.</summary>
    public int LastStarted(string uid) => _attempts.TryGet(uid, out var attempts) ? attempts.Started : 0;

    /// <summary>The last attempt of the uid that is over, or came to nothing; 0: none.</summary>
    public int LastEnded(string uid) => _attempts.TryGet(uid, out var attempts) ? attempts.Ended : 0;

    public void Started(SimulatedRun run)
    {
        count("runs: started");
        var what = $"{run.Script.JobName} ({run.Uid}), attempt {run.Attempt}";
        if (!_alive.TryAdd(run.Uid, run))
        {
            fail(Promises.UidRunsOnce, $"{what} starts beside attempt {_alive[run.Uid].Attempt}");
        }

        var last = AttemptsOf(run.Uid);
        Fail(run.Attempt <= last.Started, Promises.AttemptStartsOnce, $"{what} starts after {last.Started}");
        Fail(run.Generation < last.Generation, Promises.OlderGenerationNeverFollows,
            $"{what} starts under {run.Generation} after {last.Generation}");
        (last.Started, last.Generation) = (run.Attempt, run.Generation);
        Fail(IsOver(run.Uid), Promises.NothingStartsAfterItsEnd, $"{what} starts, and its end was confirmed");
        foreach (var gpu in run.Gpus)
        {
            Fail(_users.TryGetValue(gpu, out var other), Promises.NoGpuHasTwoUsers,
                $"{what} starts on {gpu} of {other}");
            Fail(ledger.HolderOf(gpu) != run.Uid, Promises.RunsHoldTheirGpus,
                $"{what} starts on {gpu}, which {ledger.HolderOf(gpu) ?? "nobody"} holds");
            _users[gpu] = run.Uid;
        }
    }

    /// <summary>Also where nothing of it ever came up.</summary>
    public void Ended(SimulatedRun run)
    {
        AttemptsOf(run.Uid).Ended = run.Attempt;
        if (!_alive.Remove(run.Uid))
        {
            return;
        }

        foreach (var gpu in run.Gpus.Where(gpu => _users.GetValueOrDefault(gpu) == run.Uid))
        {
            _users.Remove(gpu);
        }
    }

    private Attempts AttemptsOf(string uid)
    {
        if (!_attempts.TryGet(uid, out var attempts))
        {
            _attempts.TryAdd(uid, attempts = new());
        }

        return attempts;
    }

    private void Fail(bool isBroken, string invariant, string what)
    {
        if (isBroken)
        {
            fail(invariant, what);
        }
    }

    /// <summary>What was seen of a uid's attempts.</summary>
    private sealed class Attempts
    {
        public int Started { get; set; }

        /// <summary>Of the last that started.</summary>
        public long Generation { get; set; }

        public int Ended { get; set; }
    }
}
