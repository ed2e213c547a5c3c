namespace Sluice.Scheduling.Sharing;

/// <summary>Who has which level while a rule divides, and the steps that are still possible.</summary>
internal sealed class ShareDraft
{
    private readonly int[] _levels;

    public ShareDraft(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        Jobs = jobs;
        Free = gpuCount;
        _levels = new int[jobs.Count];
        for (var job = 0; job < jobs.Count; job++)
        {
            _levels[job] = -1;
            if (jobs[job].IsPinned)
            {
                Raise(job, 0);
            }
        }
    }

    public IReadOnlyList<SharingJob> Jobs { get; }

    public int Free { get; private set; }

    /// <summary>Index of the job's level; -1: it has nothing.</summary>
    public int LevelOf(int job) => _levels[job];

    public int GpusOf(int job) => _levels[job] < 0 ? 0 : Jobs[job].Levels[_levels[job]];

    public double SpeedOf(int job) => _levels[job] < 0 ? 0 : Jobs[job].Speeds[_levels[job]];

    public bool Fits(int job, int level) => Jobs[job].Levels[level] - GpusOf(job) <= Free;

    public void Raise(int job, int level)
    {
        Free -= Jobs[job].Levels[level] - GpusOf(job);
        _levels[job] = level;
    }

    /// <summary>True where there is a higher level that fits.</summary>
    public bool CanRaise(int job) => _levels[job] + 1 < Jobs[job].Levels.Length && Fits(job, _levels[job] + 1);

    public int[] ToCounts()
    {
        var counts = new int[_levels.Length];
        for (var job = 0; job < counts.Length; job++)
        {
            counts[job] = GpusOf(job);
        }

        return counts;
    }

    /// <summary>Gives jobs their smallest level in that order, where it fits and they have nothing yet.</summary>
    public void GiveSmallest(FirstServed order)
    {
        if (order == FirstServed.ByRule)
        {
            return;
        }

        foreach (var job in Enumerable.Range(0, Jobs.Count).OrderBy(job => Rank(Jobs[job], order)))
        {
            if (_levels[job] < 0 && Fits(job, 0))
            {
                Raise(job, 0);
            }
        }
    }

    private static double Rank(SharingJob job, FirstServed order) => order switch
    {
        FirstServed.LeastAttained => job.Attained,
        FirstServed.ShortestAtLeast => job.SecondsAtLeast,
        FirstServed.ShortestAtMost => job.SecondsAtMost,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "no order"),
    };
}
