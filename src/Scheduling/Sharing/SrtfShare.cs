namespace Sluice.Scheduling.Sharing;

/// <summary>
/// The shortest remaining time first: in that order each job gets its largest level that fits. Behind the first that
/// has no room only those start that are done before it could start.
/// </summary>
public sealed class SrtfShare : IShareRule
{
    public string Name => "srtf";

    public bool KeepsOrder => true;

    public double Rank(SharingJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.SecondsAtMost;
    }

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        var window = double.PositiveInfinity;
        var hasHead = false;
        foreach (var job in Enumerable.Range(0, jobs.Count).OrderBy(job => Rank(jobs[job])))
        {
            var level = jobs[job].HasNoRoom ? -1 : LargestThatFits(draft, job);
            if (level < 0 && !hasHead)
            {
                hasHead = true;
                window = SecondsUntilFree(draft, jobs[job].Levels[0]);
            }
            else if (level > draft.LevelOf(job) && (draft.LevelOf(job) >= 0 || jobs[job].SecondsAt(level) <= window))
            {
                draft.Raise(job, level);
            }
        }

        return draft.ToCounts();
    }

    private static int LargestThatFits(ShareDraft draft, int job)
    {
        var level = draft.Jobs[job].Levels.Length - 1;
        while (level > draft.LevelOf(job) && !draft.Fits(job, level))
        {
            level--;
        }

        return level;
    }

    /// <summary>Until those that have GPUs now have ended, the shortest first, so that as many are free.</summary>
    private static double SecondsUntilFree(ShareDraft draft, int gpus)
    {
        var free = draft.Free;
        foreach (var job in Enumerable.Range(0, draft.Jobs.Count)
            .Where(job => draft.LevelOf(job) >= 0)
            .OrderBy(job => draft.Jobs[job].SecondsAt(draft.LevelOf(job))))
        {
            free += draft.GpusOf(job);
            if (free >= gpus)
            {
                return draft.Jobs[job].SecondsAt(draft.LevelOf(job));
            }
        }

        return double.PositiveInfinity;
    }
}
