namespace Sluice.Scheduling.Sharing;

/// <summary>
/// Starts as <see cref="EqualShare"/>, then takes the step that saves most time a GPU, in units of the time that the job
/// would need with a fair share: what an objective of the harmonic mean of relative speeds asks for.
/// </summary>
public sealed class FairGreedyShare(FirstServed first) : IShareRule
{
    public string Name => "fair-greedy";

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        draft.GiveSmallest(first);
        var fair = jobs.Count == 0 ? 0 : (gpuCount + jobs.Count - 1) / jobs.Count;
        var steps = new (int Level, double Value)[jobs.Count];
        for (var job = 0; job < steps.Length; job++)
        {
            steps[job] = Best(draft, job, fair);
        }

        while (true)
        {
            var best = -1;
            for (var job = 0; job < steps.Length; job++)
            {
                if (steps[job].Level >= 0 && !draft.Fits(job, steps[job].Level))
                {
                    steps[job] = Best(draft, job, fair);
                }

                if (steps[job].Level >= 0 && (best < 0 || steps[job].Value > steps[best].Value))
                {
                    best = job;
                }
            }

            if (best < 0)
            {
                return draft.ToCounts();
            }

            draft.Raise(best, steps[best].Level);
            steps[best] = Best(draft, best, fair);
        }
    }

    private static (int Level, double Value) Best(ShareDraft draft, int job, int fair)
    {
        var best = (Level: -1, Value: 0.0);
        if (draft.LevelOf(job) < 0)
        {
            return best;
        }

        var one = draft.Jobs[job];
        var speed = draft.SpeedOf(job);
        for (var level = draft.LevelOf(job) + 1; level < one.Levels.Length && draft.Fits(job, level); level++)
        {
            var value = SpeedAtFairShare(one, fair) * (1 / speed - 1 / one.Speeds[level])
                / (one.Levels[level] - draft.GpusOf(job));
            if (value > best.Value)
            {
                best = (level, value);
            }
        }

        return best;
    }

    private static double SpeedAtFairShare(SharingJob job, int fair)
    {
        if (job.SpeedWith is { } speedWith)
        {
            return speedWith(fair);
        }

        var level = 0;
        while (level + 1 < job.Levels.Length && job.Levels[level + 1] <= fair)
        {
            level++;
        }

        return job.Speeds[level];
    }
}
