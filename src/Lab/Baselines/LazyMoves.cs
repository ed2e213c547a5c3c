using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>Which jobs are moved towards their shares at this instant.</summary>
/// <param name="snapshot">The cluster as it is.</param>
/// <param name="jobs">What is held for true of its jobs, in the same order.</param>
/// <param name="shares">GPUs that each is to have in the end.</param>
/// <param name="isHybrid">True: jobs may be shrunk at once for those that wait.</param>
internal sealed class LazyMoves(TargetSnapshot snapshot, JobOutlook[] jobs, int[] shares, bool isHybrid)
{
    /// <summary>A change that undoes no more work than this is free; seconds.</summary>
    private const double NoLossSeconds = 5;

    private readonly int[] _held = [.. snapshot.Jobs.Select(job => job.HeldGpus)];
    private readonly string[] _reasons = new string[snapshot.Jobs.Length];
    private int _free = snapshot.FreeGpus;

    public ImmutableArray<JobTarget> Find()
    {
        ShrinkAtCheckpoints();
        foreach (var job in Waiting())
        {
            if (isHybrid)
            {
                ShrinkFor(job);
            }

            var gpus = jobs[job].LevelUpTo(Math.Min(_free, shares[job]));
            if (gpus > 0)
            {
                Set(job, gpus, $"starts with {gpus} of its share of {shares[job]}: {_free} GPUs are free");
            }
        }

        GrowAtCheckpoints();
        return
        [
            .. snapshot.Jobs.Select((job, index) => new JobTarget(job.Uid, _held[index], _reasons[index]))
                .Where(target => target.Reason is not null),
        ];
    }

    private void ShrinkAtCheckpoints()
    {
        for (var job = 0; job < _held.Length; job++)
        {
            if (IsAtCheckpoint(job) && shares[job] < _held[job])
            {
                Set(job, shares[job], $"is at a checkpoint, and its share is {shares[job]}");
            }
        }
    }

    private List<int> Waiting() =>
    [
        .. Enumerable.Range(0, _held.Length)
            .Where(job => _held[job] == 0 && shares[job] > 0)
            .OrderBy(job => jobs[job].Share.SecondsAtMost),
    ];

    private void ShrinkFor(int waiting)
    {
        while (_free < shares[waiting] && Victim(shares[waiting] - _free) is var victim and >= 0)
        {
            Set(victim, shares[victim], $"gives {snapshot.Jobs[waiting].Uid} what is over its share of {shares[victim]}");
        }
    }

    /// <summary>The job whose move to its share costs the least for each GPU that it gives; -1: none is worth it.</summary>
    private int Victim(int wanted)
    {
        var best = -1;
        var least = double.PositiveInfinity;
        for (var job = 0; job < _held.Length; job++)
        {
            var given = _held[job] - shares[job];
            if (!HasKept(job) || given <= 0)
            {
                continue;
            }

            var one = jobs[job];
            var cost = (one.LossSeconds + one.RestartSeconds) * _held[job] / given;
            var idle = one.SecondsToCheckpoint * Math.Min(wanted, given);
            if (one.LossSeconds * _held[job] <= idle && cost < least)
            {
                best = job;
                least = cost;
            }
        }

        return best;
    }

    private void GrowAtCheckpoints()
    {
        for (var job = 0; job < _held.Length; job++)
        {
            if (!IsAtCheckpoint(job) || !HasKept(job) || shares[job] <= _held[job])
            {
                continue;
            }

            var gpus = jobs[job].LevelUpTo(Math.Min(_held[job] + _free, shares[job]));
            if (gpus > _held[job] && jobs[job].Saving(gpus) > jobs[job].RestartSeconds)
            {
                Set(job, gpus, FormattableString.Invariant(
                    $"is at a checkpoint, and {gpus} GPUs save {jobs[job].Saving(gpus):F0} s"));
            }
        }
    }

    private bool IsAtCheckpoint(int job) => snapshot.Jobs[job].HeldGpus > 0
        && (isHybrid ? jobs[job].LossSeconds : jobs[job].UnsavedSeconds) <= NoLossSeconds;

    /// <summary>True: it runs, and nothing is decided for it yet.</summary>
    private bool HasKept(int job) => _held[job] > 0 && _reasons[job] is null;

    private void Set(int job, int gpus, string reason)
    {
        _free -= gpus - _held[job];
        _held[job] = gpus;
        _reasons[job] = reason;
    }
}
