using System.Collections.Immutable;

namespace Sluice.Scheduling.Forecasts;

/// <summary>What a forecast came to.</summary>
/// <param name="From">When it begins.</param>
/// <param name="Jobs">By uid.</param>
/// <param name="Decisions">In the order in which they would be made; those that only change words are left out.</param>
/// <param name="IsCutShort">True: more would have followed.</param>
public sealed record ForecastResult(
    DateTimeOffset From,
    ImmutableSortedDictionary<string, JobForecast> Jobs,
    ImmutableArray<ForecastDecision> Decisions,
    bool IsCutShort);

/// <summary>What would become of one job.</summary>
/// <param name="Uid">The job.</param>
/// <param name="JobName">Its name.</param>
/// <param name="IsWaiting">True: it waited for GPUs when the forecast began.</param>
/// <param name="IsMeasured">
/// True: by its own checkpoints. False: it is taken to be like others, or nobody can tell.
/// </param>
/// <param name="Basis">On what the estimate rests, or why there is none.</param>
public sealed record JobForecast(string Uid, string JobName, bool IsWaiting, bool IsMeasured, string Basis)
{
    /// <summary>When one that waited gets its GPUs; null: it has them, or nobody can tell.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>GPUs in all that it gets then.</summary>
    public int? StartGpus { get; init; }

    /// <summary>When it is done; null: nobody can tell.</summary>
    public DateTimeOffset? EndsAt { get; init; }
}

/// <summary>A change that the policy would make.</summary>
/// <param name="At">When.</param>
/// <param name="Uid">The job.</param>
/// <param name="GpusBefore">GPUs in all before.</param>
/// <param name="GpusAfter">And from then on.</param>
/// <param name="Reason">The policy's own.</param>
public sealed record ForecastDecision(DateTimeOffset At, string Uid, int GpusBefore, int GpusAfter, string Reason);
