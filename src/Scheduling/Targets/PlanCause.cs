using System.Collections.Immutable;

namespace Sluice.Scheduling.Targets;

/// <summary>
/// Why a policy is asked now. All that happened at one instant is one cause. The snapshot already shows it: who
/// completed is not in it any more, who arrived or notified is.
/// </summary>
public sealed record PlanCause
{
    /// <summary>Uids of the jobs that were submitted.</summary>
    public ImmutableArray<string> Arrived { get; init; } = [];

    /// <summary>Jobs that are done, as they were last.</summary>
    public ImmutableArray<TargetJob> Completed { get; init; } = [];

    /// <summary>Uids of the jobs that stand at a checkpoint this instant: changed now, they lose nothing.</summary>
    public ImmutableArray<string> Notified { get; init; } = [];

    /// <summary>True: the time that the policy asked for has come.</summary>
    public bool IsTimer { get; init; }

    /// <summary>True where the set of jobs changed.</summary>
    public bool HasArrivalOrCompletion => !Arrived.IsEmpty || !Completed.IsEmpty;
}
