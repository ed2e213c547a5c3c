namespace Sluice.Scheduling.Adaptive;

/// <summary>
/// Divides GPUs so that the sum of what the jobs' choices are worth is as large as possible: at a price a GPU each job
/// takes the choice that is worth most beyond its price, and the price is the lowest at which all fits.
/// </summary>
internal static class PricedShares
{
    /// <summary>Halvings of the interval in which the price is looked for.</summary>
    private const int MaxHalvings = 40;

    /// <param name="gpuCount">GPUs to give out; the cheapest choices of all fit in it.</param>
    /// <param name="jobs">The choices of each job, in ascending order of GPUs; at least one each.</param>
    /// <returns>Index of the choice of each job, and what one more GPU would be worth.</returns>
    public static (int[] Chosen, double Price) Divide(int gpuCount, ShareChoice[][] jobs)
    {
        var chosen = new int[jobs.Length];
        var price = Choose(jobs, 0, chosen) <= gpuCount ? 0 : FindPrice(gpuCount, jobs, chosen);
        var free = gpuCount - Choose(jobs, price, chosen);
        Fill(jobs, chosen, free);
        return (chosen, price);
    }

    private static double FindPrice(int gpuCount, ShareChoice[][] jobs, int[] chosen)
    {
        var low = 0.0;
        var high = HighestPrice(jobs);
        for (var halving = 0; halving < MaxHalvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Choose(jobs, middle, chosen) > gpuCount)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;
    }

    private static double HighestPrice(ShareChoice[][] jobs)
    {
        var highest = 1e-12;
        foreach (var choices in jobs)
        {
            for (var choice = 1; choice < choices.Length; choice++)
            {
                var worth = (choices[choice].Value - choices[0].Value) / (choices[choice].Gpus - choices[0].Gpus);
                // What one job's numbers do not tell must not take the price from all others.
                highest = double.IsFinite(worth) ? Math.Max(highest, worth) : highest;
            }
        }

        return highest * 1.001;
    }

    private static int Choose(ShareChoice[][] jobs, double price, int[] chosen)
    {
        var gpus = 0;
        for (var job = 0; job < jobs.Length; job++)
        {
            var choices = jobs[job];
            var best = 0;
            var worth = choices[0].Value - price * choices[0].Gpus;
            for (var choice = 1; choice < choices.Length; choice++)
            {
                var other = choices[choice].Value - price * choices[choice].Gpus;
                if (other > worth)
                {
                    best = choice;
                    worth = other;
                }
            }

            chosen[job] = best;
            gpus += choices[best].Gpus;
        }

        return gpus;
    }

    /// <summary>What the price leaves over goes to the steps that are worth most a GPU.</summary>
    private static void Fill(ShareChoice[][] jobs, int[] chosen, int free)
    {
        while (free > 0)
        {
            var (bestJob, bestChoice, bestWorth) = (-1, -1, 0.0);
            for (var job = 0; job < jobs.Length; job++)
            {
                var now = jobs[job][chosen[job]];
                for (var choice = chosen[job] + 1; choice < jobs[job].Length; choice++)
                {
                    var more = jobs[job][choice].Gpus - now.Gpus;
                    if (more > free)
                    {
                        break;
                    }

                    var worth = (jobs[job][choice].Value - now.Value) / more;
                    if (worth > bestWorth)
                    {
                        (bestJob, bestChoice, bestWorth) = (job, choice, worth);
                    }
                }
            }

            if (bestJob < 0)
            {
                return;
            }

            free -= jobs[bestJob][bestChoice].Gpus - jobs[bestJob][chosen[bestJob]].Gpus;
            chosen[bestJob] = bestChoice;
        }
    }
}
