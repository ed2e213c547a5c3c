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
        var poorest = new PriorityQueue<int, (int Gpus, int Job)>();
        for (var job = 0; job < jobs.Count; job++)
        {
            if (draft.LevelOf(job) >= 0)
            {
                poorest.Enqueue(job, (draft.GpusOf(job), job));
            }
        }

        // What cannot be raised now never can again: what is free only becomes less.
        while (poorest.TryDequeue(out var job, out _))
        {
            if (draft.CanRaise(job))
            {
                draft.Raise(job, draft.LevelOf(job) + 1);
                poorest.Enqueue(job, (draft.GpusOf(job), job));
            }
        }

        return draft.ToCounts();
    }
}
