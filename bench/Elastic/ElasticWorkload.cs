namespace Sluice.Bench.Elastic;

/// <summary>Jobs that arrive at random; the same ones for the same seed.</summary>
internal static class ElasticWorkload
{
    private const double MeanGapSeconds = 2.0;
    private const double MedianOneGpuSeconds = 90.0;
    private const double Spread = 0.7;
    private const int MostEpochs = 24;
    private const int LeastEpochs = 8;

    // Of GPUs on one node. Each request is as likely; each limit is 2 to 8 times the request, at most a node.
    private static readonly int[] Requests = [1, 1, 2, 2, 4];
    private static readonly int[] Growths = [2, 4, 8];

    /// <summary>
    /// Makes jobs: gaps between arrivals are exponential (mean 2 s), the work of a job is log-normal (median 90 s on one
    /// GPU, sigma 0.7) and cut into 8 to 24 epochs.
    /// </summary>
    public static IReadOnlyList<ElasticJob> Make(int count, int gpusOfNode, int seed)
    {
        var random = new Random(seed);
        var jobs = new List<ElasticJob>();
        var at = 0.0;
        for (var number = 1; number <= count; number++)
        {
            var request = Math.Min(Requests[random.Next(Requests.Length)], gpusOfNode);
            var limit = Math.Min(request * Growths[random.Next(Growths.Length)], gpusOfNode);
            var epochs = random.Next(LeastEpochs, MostEpochs + 1);
            var work = MedianOneGpuSeconds * Math.Exp(Spread * Normal(random));
            jobs.Add(new($"job-{number:000}", TimeSpan.FromSeconds(at), request, limit, epochs, work / epochs));
            at -= MeanGapSeconds * Math.Log(1.0 - random.NextDouble());
        }

        return jobs;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())) * Math.Cos(2.0 * Math.PI * random.NextDouble());
}
