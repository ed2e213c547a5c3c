using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>All that was learned in a domain.</summary>
/// <param name="Jobs">Those that wait or run, by uid.</param>
/// <param name="Ended">Those that are done, the latest last.</param>
internal sealed record LearnedMemory(
    ImmutableDictionary<string, LearnedJob> Jobs, ImmutableList<ExampleJob> Ended) : PolicyMemory
{
    public static readonly LearnedMemory Empty = new(
        ImmutableDictionary.Create<string, LearnedJob>(StringComparer.Ordinal), []);

    /// <summary>Of jobs that are done only what they showed stays.</summary>
    public LearnedMemory Close(ImmutableArray<TargetJob> completed, int maxRemembered)
    {
        var ended = Ended;
        foreach (var job in completed)
        {
            if (Jobs.GetValueOrDefault(job.Uid)?.Example is { } example)
            {
                ended = ended.Add(example);
            }
        }

        return ended.IsEmpty && completed.IsEmpty
            ? this
            : new(
                Jobs.RemoveRange(completed.Select(job => job.Uid)),
                ended.RemoveRange(0, Math.Max(0, ended.Count - maxRemembered)));
    }
}

/// <summary>What is known of a job that waits or runs.</summary>
/// <param name="Record">What it has shown.</param>
/// <param name="LogSize">Expected natural logarithm of the seconds of an epoch with one GPU.</param>
/// <param name="Curve">Seconds of an epoch at each count.</param>
internal sealed record LearnedJob(JobRecord Record, double LogSize, JobCurve Curve)
{
    /// <summary>GPU-seconds that it needs at least, for it has worked that long without a notification.</summary>
    public double LeastSeconds { get; init; }

    /// <summary>Counts that help, and their speeds; null: to be reckoned.</summary>
    public (int[] Levels, double[] Speeds)? Table { get; init; }

    /// <summary>For others to be like; null: it has shown nothing.</summary>
    public ExampleJob? Example { get; init; }
}

/// <summary>A job that has shown something, for others to be like.</summary>
/// <param name="Uid">Its own, for it is not like itself.</param>
/// <param name="LogTotal">Natural logarithm of the seconds of the whole training with one GPU.</param>
/// <param name="LogEpochs">Of its epochs.</param>
/// <param name="LogLeast">Of the least GPUs of its range.</param>
/// <param name="LogMost">Of the most.</param>
/// <param name="Prior">What a job like this is expected to be.</param>
/// <param name="RestartSeconds">As measured; null: not.</param>
internal sealed record ExampleJob(
    string Uid,
    double LogTotal,
    double LogEpochs,
    double LogLeast,
    double LogMost,
    ICurvePrior Prior,
    double? RestartSeconds);
