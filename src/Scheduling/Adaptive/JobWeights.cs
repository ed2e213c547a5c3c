namespace Sluice.Scheduling.Adaptive;

/// <summary>
/// How much the progress of each job counts. As in heSRPT (optimal without arrivals where jobs speed up by a power of
/// their GPUs) the weight follows from the rank by what is left: the shorter, the more.
/// </summary>
internal sealed class JobWeights(AdaptiveOptions options)
{
    /// <summary>Below this a cluster's backlog is taken to be nothing; seconds.</summary>
    private const double LeastBacklogSeconds = 600;

    /// <summary>A single long job counts no more than that many times <see cref="AdaptiveOptions.LongPole"/>.</summary>
    private const double MostPole = 2;

    public double[] Of(JobForecast[] jobs, int gpuCount)
    {
        var weights = new double[jobs.Length];
        var power = 1 / (1 - options.RankPower);
        var longestFirst = Enumerable.Range(0, jobs.Length).OrderByDescending(job => jobs[job].Area).ToArray();
        for (var place = 0; place < longestFirst.Length; place++)
        {
            var rank = place + 1 + options.RankOffset;
            weights[longestFirst[place]] = Math.Pow(Math.Pow(rank, power) - Math.Pow(rank - 1, power), 1 / power);
        }

        // Who needs longer than all jobs together would occupy the cluster decides when the last one ends.
        var backlog = Math.Max(jobs.Sum(job => job.Area) / gpuCount, LeastBacklogSeconds);
        for (var job = 0; job < jobs.Length; job++)
        {
            var pole = jobs[job].SecondsAt(jobs[job].Levels.Length - 1) / backlog;
            weights[job] *= 1 + options.LongPole * Math.Min(MostPole, pole * pole);
        }

        return weights;
    }
}
