using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>What <see cref="SeedsPolicy"/> sees of a job.</summary>
/// <param name="Uid">The job.</param>
/// <param name="Least">It starts with that many GPUs or more.</param>
/// <param name="Most">It is given no more.</param>
/// <param name="Held">GPUs that it holds.</param>
/// <param name="UnsavedSeconds">Work since its last checkpoint: the less, the more recent that was.</param>
internal sealed record SeedsJob(string Uid, int Least, int Most, int Held, double UnsavedSeconds);

/// <summary>Who holds what while one decision of <see cref="SeedsPolicy"/> is made.</summary>
internal sealed class SeedsDraft
{
    private readonly SeedsJob[] _jobs;
    private readonly int[] _held;
    private readonly string?[] _reasons;
    private int _free;

    public SeedsDraft(TargetSnapshot snapshot, SeedsJob[] jobs)
    {
        _jobs = jobs;
        _held = [.. jobs.Select(job => job.Held)];
        _reasons = new string?[jobs.Length];
        _free = snapshot.FreeGpus;
    }

    /// <summary>After a completion: those that waited before this instant, in the order of submission.</summary>
    public void StartWaiting(ImmutableArray<string> arrived, bool mayPass)
    {
        for (var job = 0; job < _jobs.Length; job++)
        {
            if (_held[job] == 0 && !arrived.Contains(_jobs[job].Uid) && !Start(job) && !mayPass)
            {
                return;
            }
        }
    }

    /// <summary>Starts it with what is free, or with what one victim gives; otherwise it waits.</summary>
    public void Admit(string uid, bool mayPass)
    {
        var job = IndexOf(uid);
        if (!mayPass && _held.AsSpan(0, job).Contains(0))
        {
            return;
        }

        if (!Start(job) && Victim(_jobs[job].Least - _free) is { } victim)
        {
            Set(victim, _held[victim] - (_jobs[job].Least - _free), $"gives what {uid} lacks");
            Start(job);
        }
    }

    /// <summary>The running job below its limit with the most recent checkpoint; null: none, or nothing is free.</summary>
    public string? Beneficiary() =>
        _free > 0 && MostRecent(job => _held[job] < _jobs[job].Most) is { } job ? _jobs[job].Uid : null;

    public void Grow(string uid, string reason)
    {
        var job = IndexOf(uid);
        var gpus = Math.Min(_jobs[job].Most, _held[job] + _free);
        if (_held[job] > 0 && gpus > _held[job])
        {
            Set(job, gpus, reason);
        }
    }

    public ImmutableArray<JobTarget> ToTargets() =>
    [
        .. _jobs.Select((job, index) => new JobTarget(job.Uid, _held[index], _reasons[index]!))
            .Where(target => target.Reason is not null),
    ];

    private bool Start(int job)
    {
        if (_free < _jobs[job].Least)
        {
            return false;
        }

        Set(job, Math.Min(_jobs[job].Most, _free), $"{_free} GPUs were free");
        return true;
    }

    private int? Victim(int lacking) => MostRecent(job => _held[job] - _jobs[job].Least >= lacking);

    /// <summary>Ties go by submission.</summary>
    private int? MostRecent(Func<int, bool> isCandidate)
    {
        int? best = null;
        for (var job = 0; job < _jobs.Length; job++)
        {
            if (_held[job] > 0 && isCandidate(job)
                && (best is null || _jobs[job].UnsavedSeconds < _jobs[best.Value].UnsavedSeconds))
            {
                best = job;
            }
        }

        return best;
    }

    private int IndexOf(string uid) => Array.FindIndex(_jobs, job => job.Uid == uid);

    private void Set(int job, int gpus, string reason)
    {
        _free -= gpus - _held[job];
        _held[job] = gpus;
        _reasons[job] = reason;
    }
}
