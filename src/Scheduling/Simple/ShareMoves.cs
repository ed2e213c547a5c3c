using System.Collections.Immutable;
using System.Globalization;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Simple;

/// <summary>Which jobs are moved towards their shares at this instant.</summary>
/// <param name="snapshot">The cluster as it is.</param>
/// <param name="jobs">What is held for true of its jobs, in the same order.</param>
/// <param name="shares">GPUs that each is to have in the end.</param>
/// <param name="describe">Where a share is from.</param>
internal sealed class ShareMoves(
    TargetSnapshot snapshot, JobForecast[] jobs, int[] shares, Func<int, string> describe)
{
    /// <summary>A job with less unsaved work stands at a checkpoint.</summary>
    private const double NoLossSeconds = 1;

    private readonly ImmutableArray<JobTarget>.Builder _targets = ImmutableArray.CreateBuilder<JobTarget>();
    private readonly HashSet<int> _moved = [];
    private int _free = snapshot.FreeGpus;

    /// <param name="order">In which the waiting jobs have their turn.</param>
    public ImmutableArray<JobTarget> Find(IEnumerable<int> order)
    {
        foreach (var job in Running().Where(job => IsAtCheckpoint(job) && shares[job] < snapshot.Jobs[job].HeldGpus))
        {
            Set(job, shares[job], "");
        }

        ShrinkForWaiting();
        foreach (var job in order)
        {
            if (snapshot.Jobs[job].HeldGpus == 0 && LevelUpTo(job, Math.Min(shares[job], _free)) is var gpus and > 0)
            {
                Set(job, gpus, Estimate(gpus, job));
            }
        }

        foreach (var job in Running().Where(job => IsAtCheckpoint(job) && !_moved.Contains(job)))
        {
            var held = snapshot.Jobs[job].HeldGpus;
            var gpus = LevelUpTo(job, Math.Min(shares[job], held + _free));
            if (gpus > held && Saving(job, gpus) > jobs[job].RestartSeconds)
            {
                Set(job, gpus, Estimate(gpus, job));
            }
        }

        return _targets.ToImmutable();
    }

    private IEnumerable<int> Running() => Enumerable.Range(0, jobs.Length)
        .Where(job => snapshot.Jobs[job].HeldGpus > 0 && snapshot.Now >= snapshot.Jobs[job].ChangeableFrom);

    /// <summary>Who has done least since its checkpoint gives first what is over its share.</summary>
    private void ShrinkForWaiting()
    {
        var missing = Enumerable.Range(0, jobs.Length)
            .Where(job => snapshot.Jobs[job].HeldGpus == 0)
            .Sum(job => shares[job]) - _free;
        foreach (var job in Running()
            .Where(job => shares[job] < snapshot.Jobs[job].HeldGpus && !_moved.Contains(job))
            .OrderBy(job => jobs[job].LossSeconds))
        {
            if (missing <= 0)
            {
                return;
            }

            missing -= snapshot.Jobs[job].HeldGpus - shares[job];
            Set(job, shares[job], "; others wait");
        }
    }

    private bool IsAtCheckpoint(int job) =>
        jobs[job].LossSeconds <= NoLossSeconds && jobs[job].RestartLeftSeconds == 0;

    private int LevelUpTo(int job, int most) => jobs[job].Levels.LastOrDefault(level => level <= most);

    private double Saving(int job, int gpus) =>
        jobs[job].Work / jobs[job].HeldSpeed - jobs[job].SecondsAt(Array.IndexOf(jobs[job].Levels, gpus));

    private string Estimate(int gpus, int job) => string.Create(
        CultureInfo.InvariantCulture, $"; {jobs[job].SecondsAt(Array.IndexOf(jobs[job].Levels, gpus)):F0} s to the end");

    private void Set(int job, int gpus, string more)
    {
        _free -= gpus - snapshot.Jobs[job].HeldGpus;
        _moved.Add(job);
        _targets.Add(new(snapshot.Jobs[job].Uid, gpus, string.Create(
            CultureInfo.InvariantCulture,
            $"{describe(job)}{more}; restart {jobs[job].RestartSeconds:F0} s, undone {jobs[job].LossSeconds:F0} s")));
    }
}
