namespace Sluice.Scheduling.Targets;

/// <summary>
/// Decides how many GPUs each job is to have; where they are is another's concern. Pure: the same memory, snapshot and
/// cause give the same plan.
/// </summary>
public interface ITargetPolicy
{
    /// <summary>As people are told it.</summary>
    string Name { get; }

    /// <summary>
    /// True: jobs have their turn in an order, that of its targets, and a job without room is not to be passed by just
    /// any: it stays in the snapshots as <see cref="TargetJob.HasNoRoom"/>.
    /// </summary>
    bool KeepsOrder => false;

    /// <summary>Asked at every arrival, completion and notification, and at the time that it asked for.</summary>
    /// <param name="memory">Of its last plan; <see cref="PolicyMemory.None"/> at first.</param>
    /// <param name="snapshot">The cluster as it is, after what happened.</param>
    /// <param name="cause">What happened.</param>
    TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause);
}

/// <summary>
/// What a policy keeps from one decision to the next; immutable. Each policy has its own kind, and starts anew from
/// the snapshot where it is handed another's.
/// </summary>
public abstract record PolicyMemory
{
    /// <summary>Nothing is remembered.</summary>
    public static readonly PolicyMemory None = new NoMemory();

    private sealed record NoMemory : PolicyMemory;
}
