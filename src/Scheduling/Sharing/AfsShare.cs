namespace Sluice.Scheduling.Sharing;

/// <summary>
/// Apathetic Future Share (AFS, NSDI'21): GPUs are given one step at a time to the winner of pairwise comparisons. Of
/// two jobs the one that finishes later at its present share gets the step only where it gains more, relative to the
/// speed that it then has, than the other does relative to the speed that it has.
/// </summary>
/// <param name="first">
/// Who is given the smallest level before. By the rule alone a job may start with more than that.
/// </param>
public sealed class AfsShare(FirstServed first) : IShareRule
{
    public string Name => "afs";

    public int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var draft = new ShareDraft(gpuCount, jobs);
        draft.GiveSmallest(first);
        var steps = new Step[jobs.Count];
        for (var job = 0; job < steps.Length; job++)
        {
            steps[job] = StepOf(draft, job);
        }

        while (draft.Free > 0)
        {
            var champion = -1;
            for (var job = 0; job < steps.Length; job++)
            {
                if (steps[job].Gpus > draft.Free)
                {
                    steps[job] = StepOf(draft, job);
                }

                if (steps[job].Gpus > 0 && (champion < 0 || IsBetter(steps[job], steps[champion])))
                {
                    champion = job;
                }
            }

            if (champion < 0)
            {
                break;
            }

            draft.Raise(champion, steps[champion].Level);
            steps[champion] = StepOf(draft, champion);
        }

        return draft.ToCounts();
    }

    private static bool IsBetter(in Step challenger, in Step champion)
    {
        if (challenger.Speed == 0 && champion.Speed == 0)
        {
            return challenger.SecondsAtLeast < champion.SecondsAtLeast;
        }

        return challenger.SecondsLeft < champion.SecondsLeft
            ? !LaterGets(challenger, champion)
            : LaterGets(champion, challenger);
    }

    private static bool LaterGets(in Step first, in Step later) => later.LaterGain > first.FirstGain;

    private static Step StepOf(ShareDraft draft, int job)
    {
        var one = draft.Jobs[job];
        var gpus = draft.GpusOf(job);
        var speed = draft.SpeedOf(job);
        var best = -1;
        var gain = 0.0;
        for (var level = draft.LevelOf(job) + 1; level < one.Levels.Length && draft.Fits(job, level); level++)
        {
            var average = (one.Speeds[level] - speed) / (one.Levels[level] - gpus);
            if (average > gain)
            {
                best = level;
                gain = average;
            }
        }

        return best < 0
            ? default
            : new(
                best,
                one.Levels[best] - gpus,
                speed,
                one.SecondsAtLeast,
                speed == 0 ? double.PositiveInfinity : one.Work / speed,
                speed == 0 ? double.PositiveInfinity : gain / speed,
                gain / (speed + gain));
    }

    /// <param name="Level">The level with the best average gain a GPU among those that fit.</param>
    /// <param name="Gpus">GPUs to it; 0: none fits or helps.</param>
    /// <param name="Speed">Epochs a second now.</param>
    /// <param name="SecondsAtLeast">To the end with the smallest level.</param>
    /// <param name="SecondsLeft">Until it finishes at its present share.</param>
    /// <param name="FirstGain">Gain of one GPU by the speed now: what counts for the one that finishes first.</param>
    /// <param name="LaterGain">Gain of one GPU by the speed with it: what counts for the other.</param>
    private readonly record struct Step(
        int Level, int Gpus, double Speed, double SecondsAtLeast, double SecondsLeft, double FirstGain, double LaterGain);
}
