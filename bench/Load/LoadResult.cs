namespace Sluice.Bench.Load;

/// <summary>What one measurement found.</summary>
internal sealed record LoadResult
{
    public required long Requests { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required long BodyBytes { get; init; }

    public required LatencyHistogram Latencies { get; init; }

    /// <summary>Processor time that the server took for it, all of its threads together.</summary>
    public TimeSpan ServerTime { get; init; }

    public double PerSecond => Requests / Elapsed.TotalSeconds;

    public double ServerMicrosecondsPerRequest => ServerTime.TotalMicroseconds / Requests;

    public double MegabytesPerSecond => BodyBytes / Elapsed.TotalSeconds / 1e6;

    /// <summary>Several measurements one after the other, as if they were one.</summary>
    public static LoadResult Joined(IReadOnlyList<LoadResult> parts)
    {
        var latencies = new LatencyHistogram();
        foreach (var part in parts) latencies.Add(part.Latencies);
        return new LoadResult
        {
            Requests = parts.Sum(part => part.Requests),
            Elapsed = TimeSpan.FromTicks(parts.Sum(part => part.Elapsed.Ticks)),
            BodyBytes = parts.Sum(part => part.BodyBytes),
            Latencies = latencies,
            ServerTime = TimeSpan.FromTicks(parts.Sum(part => part.ServerTime.Ticks)),
        };
    }
}
