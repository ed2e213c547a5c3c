using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>A target policy that wants what a test says.</summary>
/// <param name="keepsOrder">True: jobs have their turn in the order in which the test names them.</param>
internal sealed class WantedCounts(bool keepsOrder = false) : ITargetPolicy
{
    public string Name => "wanted";

    public bool KeepsOrder => keepsOrder;

    /// <summary>GPUs in all.</summary>
    public OrderedDictionary<string, int> Gpus { get; } = [];

    /// <summary>What it was shown, oldest first.</summary>
    public List<TargetSnapshot> Seen { get; } = [];

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        Seen.Add(snapshot);
        var jobs = snapshot.Jobs.ToDictionary(job => job.Uid);
        return new(
            [
                .. Gpus.Where(one => jobs.TryGetValue(one.Key, out var job) && !job.HasNoRoom
                        && job.HeldGpus != one.Value)
                    .Select(one => new JobTarget(one.Key, one.Value, "it is wanted so")),
            ],
            PolicyMemory.None);
    }
}
