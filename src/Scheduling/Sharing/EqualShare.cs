namespace Sluice.Scheduling.Sharing;

/// <summary>
/// Everyone the smallest level, those that have had least so far first; then the job with the fewest GPUs is raised to
/// its next level, until none can be.
/// </summary>
public sealed class EqualShare : IShareRule
{
    public string Name => "equal";

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        draft.GiveSmallest(FirstServed.LeastAttained);
        while (Poorest(draft) is var job and >= 0)
        {
            draft.Raise(job, draft.LevelOf(job) + 1);
        }

        return draft.ToCounts();
    }

    private static int Poorest(ShareDraft draft)
    {
        var poorest = -1;
        for (var job = 0; job < draft.Jobs.Count; job++)
        {
            if (draft.LevelOf(job) >= 0 && draft.CanRaise(job)
                && (poorest < 0 || draft.GpusOf(job) < draft.GpusOf(poorest)))
            {
                poorest = job;
            }
        }

        return poorest;
    }
}
