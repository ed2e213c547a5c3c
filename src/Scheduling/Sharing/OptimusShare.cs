namespace Sluice.Scheduling.Sharing;

/// <summary>
/// Optimus (EuroSys'18): everyone the least, the shortest first; then one GPU at a time to the job whose time to the end
/// it shortens the most. So it sticks below a dip of a curve.
/// </summary>
/// <param name="passesDips">True: it looks at the next level instead, with the time that is saved a GPU.</param>
public sealed class OptimusShare(bool passesDips) : IShareRule
{
    public string Name => "optimus";

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        draft.GiveSmallest(FirstServed.ShortestAtMost);
        while (draft.Free > 0)
        {
            var best = -1;
            var saved = 0.0;
            for (var job = 0; job < jobs.Count; job++)
            {
                var saving = Saving(draft, job);
                if (saving > saved)
                {
                    best = job;
                    saved = saving;
                }
            }

            if (best < 0)
            {
                break;
            }

            draft.Raise(best, draft.LevelOf(best) + 1);
        }

        return draft.ToCounts();
    }

    private double Saving(ShareDraft draft, int job)
    {
        var one = draft.Jobs[job];
        var next = draft.LevelOf(job) + 1;
        if (next == 0 || !draft.CanRaise(job))
        {
            return 0;
        }

        var gpus = one.Levels[next] - draft.GpusOf(job);
        return gpus == 1 || passesDips ? (one.SecondsAt(next - 1) - one.SecondsAt(next)) / gpus : 0;
    }
}
