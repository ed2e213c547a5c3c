using System.Collections.Immutable;
using Sluice.Lab.Model;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>
/// The rule of the manager that this one took its contract from: who comes gets all that is free up to its limit; one
/// victim at an arrival, one beneficiary at a completion, both by the most recent checkpoint.
/// </summary>
/// <param name="name">As people are told it.</param>
/// <param name="limit">The most that a job is given.</param>
/// <param name="oracle">For the tuned counts, and for how long ago the checkpoints were.</param>
/// <param name="mayPass">True: any waiting job that fits starts. False: nothing passes the head.</param>
/// <param name="isDeferred">True: the beneficiary grows at its next notification. False: at once.</param>
internal sealed class SeedsPolicy(
    string name, Func<TargetJob, int> limit, IWorkOracle oracle, bool mayPass, bool isDeferred) : ITargetPolicy
{
    public string Name => name;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        var toGrow = (memory as SeedsMemory ?? SeedsMemory.Empty).ToGrow;
        var draft = new SeedsDraft(snapshot, [.. snapshot.Jobs.Select(job => Read(job))]);
        if (!cause.Completed.IsEmpty)
        {
            draft.StartWaiting(cause.Arrived, mayPass);
            toGrow = Raise(draft, toGrow);
        }

        foreach (var uid in cause.Arrived)
        {
            draft.Admit(uid, mayPass);
        }

        foreach (var uid in cause.Notified.Where(toGrow.Contains))
        {
            toGrow = toGrow.Remove(uid);
            draft.Grow(uid, "grows at its notification, as decided at a completion");
        }

        return new(draft.ToTargets(), new SeedsMemory(toGrow));
    }

    private ImmutableHashSet<string> Raise(SeedsDraft draft, ImmutableHashSet<string> toGrow)
    {
        if (draft.Beneficiary() is not { } uid)
        {
            return toGrow;
        }

        if (isDeferred)
        {
            return toGrow.Add(uid);
        }

        draft.Grow(uid, "has the most recent checkpoint at a completion");
        return toGrow;
    }

    private SeedsJob Read(TargetJob job)
    {
        var truth = oracle.Read(job.Uid);
        return new(
            job.Uid,
            (truth.RigidGpus + 1) / 2,
            limit(job),
            job.HeldGpus,
            job.HeldGpus == 0 ? 0 : truth.UnsavedEpochs / truth.Curve.At(job.HeldGpus));
    }

    private sealed record SeedsMemory(ImmutableHashSet<string> ToGrow) : PolicyMemory
    {
        public static readonly SeedsMemory Empty = new(ImmutableHashSet.Create<string>(StringComparer.Ordinal));
    }
}
