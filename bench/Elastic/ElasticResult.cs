using System.Globalization;

namespace Sluice.Bench.Elastic;

/// <summary>How one job went.</summary>
/// <param name="Waited">From its deployment until it first ran.</param>
/// <param name="Took">From its deployment until its end.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="LostSeconds">Training since its last checkpoint that its stops lost.</param>
internal sealed record ElasticOutcome(TimeSpan Waited, TimeSpan Took, int Starts, double LostSeconds);

/// <summary>How a run went.</summary>
internal sealed record ElasticResult
{
    public required ElasticMode Mode { get; init; }

    public required IReadOnlyList<ElasticOutcome> Jobs { get; init; }

    /// <summary>From the first deployment to the last end.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>GPU-seconds held by all the GPU-seconds there were until the last arrival, 0 to 1.</summary>
    public required double Utilization { get; init; }

    public static IEnumerable<string> Table(IEnumerable<ElasticResult> results)
    {
        yield return "| mode | makespan s | utilization | mean wait s | p95 wait s | mean completion s | resizes | lost s | lost s a resize |";
        yield return "| ---- | ---------: | ----------: | ----------: | ---------: | ----------------: | ------: | -----: | --------------: |";
        foreach (var result in results) yield return result.Row();
    }

    private string Row()
    {
        var waits = Jobs.Select(job => job.Waited.TotalSeconds).Order().ToList();
        var restarts = Jobs.Sum(job => job.Starts - 1);
        var lost = Jobs.Sum(job => job.LostSeconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Name(Mode)} | {Makespan.TotalSeconds:0.0} | {Utilization:0 %} | {waits.Average():0.0} | "
            + $"{waits[(int)Math.Ceiling(0.95 * waits.Count) - 1]:0.0} | {Jobs.Average(job => job.Took.TotalSeconds):0.0} | "
            + $"{restarts} | {lost:0.0} | {(restarts == 0 ? 0 : lost / restarts):0.00} |");
    }

    private static string Name(ElasticMode mode) => mode switch
    {
        ElasticMode.Fixed => "fixed",
        ElasticMode.Immediate => "immediate",
        ElasticMode.AfterCheckpoint => "after-checkpoint",
        ElasticMode.Adaptive => "adaptive",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };
}
