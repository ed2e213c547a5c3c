using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Watches the machines from outside: an attempt starts at most once, no two of a uid live at once, no GPU has two
/// users, and what runs runs on GPUs that the ledger holds for it.
/// </summary>
internal sealed class RunCheck(LedgerCheck ledger, Action<string, string> fail, Action<string> count)
{
    private const int MaxRemembered = 10_000;

    private readonly Dictionary<string, SimulatedRun> _alive = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Attempt, long Generation)> _last = new(StringComparer.Ordinal);
    private readonly Queue<string> _inOrder = [];
    private readonly Dictionary<(string Node, int Gpu), string> _users = [];

    /// <summary>Uids whose end is committed as confirmed: nothing of them may start.</summary>
    public Func<string, bool> IsOver { get; set; } = _ => false;

    public bool IsAlive(string uid) => _alive.ContainsKey(uid);

    /// <summary>The generation of what lives of the uid; null: nothing does.</summary>
    public long? GenerationAlive(string uid) => _alive.TryGetValue(uid, out var run) ? run.Generation : null;

    public bool IsInUse(string uid, (string Node, int Gpu) gpu) => _users.GetValueOrDefault(gpu) == uid;

    public void Started(SimulatedRun run)
    {
        count("runs: started");
        var what = $"{run.Script.JobName} ({run.Uid}), attempt {run.Attempt}";
        if (!_alive.TryAdd(run.Uid, run))
        {
            fail(Promises.UidRunsOnce, $"{what} starts beside attempt {_alive[run.Uid].Attempt}");
        }

        if (_last.TryGetValue(run.Uid, out var last))
        {
            Fail(run.Attempt <= last.Attempt, Promises.AttemptStartsOnce, $"{what} starts after {last.Attempt}");
            Fail(run.Generation < last.Generation, Promises.OlderGenerationNeverFollows,
                $"{what} starts under {run.Generation} after {last.Generation}");
        }
        else
        {
            _inOrder.Enqueue(run.Uid);
        }

        _last[run.Uid] = (run.Attempt, run.Generation);
        Fail(IsOver(run.Uid), Promises.NothingStartsAfterItsEnd, $"{what} starts, and its end was confirmed");
        foreach (var gpu in run.Gpus)
        {
            Fail(_users.TryGetValue(gpu, out var other), Promises.NoGpuHasTwoUsers,
                $"{what} starts on {gpu} of {other}");
            Fail(ledger.HolderOf(gpu) != run.Uid, Promises.RunsHoldTheirGpus,
                $"{what} starts on {gpu}, which {ledger.HolderOf(gpu) ?? "nobody"} holds");
            _users[gpu] = run.Uid;
        }

        if (_inOrder.Count > MaxRemembered)
        {
            _last.Remove(_inOrder.Dequeue());
        }
    }

    public void Ended(SimulatedRun run)
    {
        _alive.Remove(run.Uid);
        foreach (var gpu in run.Gpus.Where(gpu => _users.GetValueOrDefault(gpu) == run.Uid))
        {
            _users.Remove(gpu);
        }
    }

    private void Fail(bool isBroken, string invariant, string what)
    {
        if (isBroken)
        {
            fail(invariant, what);
        }
    }
}
