using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Store;

/// <summary>
/// Commits. One that is under way when its process crashes still happens, or never, as the seed says; and now and then
/// a process crashes just there.
/// </summary>
internal sealed partial class FaultyStore
{
    private readonly List<CommitUnderWay> _underWay = [];

    /// <summary>Who writes is about to crash: each commit under way happens now, or never.</summary>
    /// <returns>How many were under way.</returns>
    public int Crash(Func<string, bool> isCrashing)
    {
        var broken = _underWay.Where(one => isCrashing(one.Key)).ToList();
        foreach (var one in broken)
        {
            _underWay.Remove(one);
            _faults.Count(one.Break() ? "commits: kept by a crash" : "commits: lost in a crash");
        }

        return broken.Count;
    }

    private Task CommitAsync(ModelCommit commit, Action write)
    {
        var chance = _simulator.Chance.Stream($"commit.{commit.Key}");
        if (chance.Strikes(_faults.FailedWrite, "failed"))
        {
            return Answer<bool>(chance.Span(0.001, 5), () => throw new StoreFault("nothing was written"));
        }

        if (chance.Strikes(_faults.Conflict, "refused"))
        {
            return Answer<bool>(chance.Span(0.001, 0.1), () => throw new ConflictFault("another was faster"));
        }

        var isAnswerLost = chance.Strikes(_faults.LostCommitAnswer, "unanswered");
        var underWay = new CommitUnderWay(commit.Key, () => Write(commit, write), chance.Is(0.5));
        var before = Delay(chance);
        var after = isAnswerLost ? chance.Span(0.001, 10) : Delay(chance);
        if (chance.Strikes(_faults.CrashAtCommit, "crash"))
        {
            // Nothing of it happens before the crash, and by then it has happened, or never will.
            _underWay.Add(underWay);
            _mishap(chance, commit.Key);
        }
        else if (before + after == TimeSpan.Zero)
        {
            underWay.Write();
            underWay.Complete(isAnswerLost);
        }
        else
        {
            _underWay.Add(underWay);
            Then(before, () =>
            {
                underWay.Write();
                Then(after, () =>
                {
                    _underWay.Remove(underWay);
                    underWay.Complete(isAnswerLost);
                });
            });
        }

        return underWay.Answer;
    }

    private void Then(TimeSpan delay, Action action)
    {
        if (delay == TimeSpan.Zero)
        {
            action();
        }
        else
        {
            _simulator.After(delay, _process, action);
        }
    }

    /// <returns>Null: it is written; else another writer was faster.</returns>
    private InconsistentStateException? Write(ModelCommit commit, Action write)
    {
        try
        {
            write();
            _simulator.Trace.Write(_process.Name, $"commits {commit.Key} as {commit.NewETag}");
            return null;
        }
        catch (InconsistentStateException conflict)
        {
            _faults.Count("conflicts");
            _simulator.Trace.Write(_process.Name, $"cannot commit {commit.Key}: {conflict.Message}");
            return conflict;
        }
    }

    /// <summary>From the call to the answer.</summary>
    private sealed class CommitUnderWay(string key, Func<InconsistentStateException?> store, bool isKept)
    {
        private readonly TaskCompletionSource _answer = new();
        private InconsistentStateException? _conflict;
        private bool _isWritten;
        private bool _isBroken;

        public string Key => key;

        public Task Answer => _answer.Task;

        public void Write()
        {
            if (!_isBroken)
            {
                _conflict = store();
                _isWritten = true;
            }
        }

        public void Complete(bool isAnswerLost)
        {
            if (_isBroken)
            {
                return;
            }

            if (_conflict is not null)
            {
                _answer.SetException(_conflict);
            }
            else if (isAnswerLost)
            {
                _answer.SetException(new StoreFault("the store did not answer"));
            }
            else
            {
                _answer.SetResult();
            }
        }

        /// <summary>It happens now, or never; nobody gets its answer.</summary>
        /// <returns>True: it is stored.</returns>
        public bool Break()
        {
            if (!_isWritten && isKept)
            {
                Write();
            }

            _isBroken = true;
            return _isWritten && _conflict is null;
        }
    }
}
