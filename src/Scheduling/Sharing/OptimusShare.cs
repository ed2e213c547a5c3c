namespace Sluice.Scheduling.Sharing;

/// <summary>
/// Optimus (EuroSys'18): everyone the least, the shortest first; then one GPU at a time to the job whose time to the end
/// it shortens the most. It sticks below a dip of a curve, because it looks one GPU ahead only.
/// </summary>
public sealed class OptimusShare : IShareRule
{
    public string Name => "optimus";

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        draft.GiveSmallest(Enumerable.Range(0, jobs.Count).OrderBy(job => jobs[job].SecondsAt(0)));
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

    private static double Saving(ShareDraft draft, int job)
    {
        var one = draft.Jobs[job];
        var next = draft.LevelOf(job) + 1;
        return next > 0 && next < one.Levels.Length && one.Levels[next] == draft.GpusOf(job) + 1
            ? one.SecondsAt(next - 1) - one.SecondsAt(next)
            : 0;
    }
}
