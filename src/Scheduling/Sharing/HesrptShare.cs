namespace Sluice.Scheduling.Sharing;

/// <summary>
/// heSRPT: the optimal division without arrivals where all speeds are the power <paramref name="exponent"/> of the GPUs.
/// The less is left of a job, the more it gets; what the levels leave over goes to the smallest.
/// </summary>
/// <param name="exponent">Between 0 and 1.</param>
public sealed class HesrptShare(double exponent) : IShareRule
{
    public string Name { get; } = FormattableString.Invariant($"hesrpt{exponent}");

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        var largestFirst = Enumerable.Range(0, jobs.Count).OrderByDescending(job => jobs[job].SecondsAtLeast).ToArray();
        var power = 1 / (1 - exponent);
        for (var rank = 1; rank <= largestFirst.Length; rank++)
        {
            var share = Math.Pow((double)rank / largestFirst.Length, power)
                - Math.Pow((rank - 1.0) / largestFirst.Length, power);
            RaiseTo(draft, largestFirst[rank - 1], (int)(share * gpuCount + 1e-9));
        }

        foreach (var job in largestFirst.Reverse())
        {
            RaiseTo(draft, job, draft.GpusOf(job) + draft.Free);
        }

        return draft.ToCounts();
    }

    private static void RaiseTo(ShareDraft draft, int job, int gpus)
    {
        var levels = draft.Jobs[job].Levels;
        for (var level = levels.Length - 1; level > draft.LevelOf(job); level--)
        {
            if (levels[level] <= gpus && draft.Fits(job, level))
            {
                draft.Raise(job, level);
                return;
            }
        }
    }
}
