using System.Collections.Immutable;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>
/// Moves running jobs towards their shares only when that undoes next to nothing, which is at their checkpoints.
/// Waiting jobs take what is free, the shortest first.
/// </summary>
/// <param name="name">As people are told it.</param>
/// <param name="rule">Says what everybody's share is.</param>
/// <param name="outlook">Where its picture of the jobs is from.</param>
/// <param name="isHybrid">
/// True: where a job waits, others are shrunk at once, where the work that is undone is less than what the GPUs that
/// are wanted would idle until the checkpoint.
/// </param>
internal sealed class LazyPolicy(string name, IShareRule rule, IOutlook outlook, bool isHybrid) : ITargetPolicy
{
    public string Name => name;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        var kept = memory as LazyMemory ?? LazyMemory.Empty;
        var reading = outlook.Read(kept.Outlook, snapshot, cause);
        kept = kept with { Outlook = reading.Memory };
        if (reading.HasNews)
        {
            var counts = rule.Divide(snapshot.GpuCount, [.. reading.Jobs.Select(job => job.Share)]);
            kept = kept with
            {
                Shares = snapshot.Jobs.Select((job, index) => KeyValuePair.Create(job.Uid, counts[index]))
                    .ToImmutableDictionary(StringComparer.Ordinal),
            };
        }

        var shares = snapshot.Jobs.Select(job => kept.Shares.GetValueOrDefault(job.Uid)).ToArray();
        return new(new LazyMoves(snapshot, reading.Jobs, shares, isHybrid).Find(), kept);
    }

    private sealed record LazyMemory(PolicyMemory Outlook, ImmutableDictionary<string, int> Shares) : PolicyMemory
    {
        public static readonly LazyMemory Empty = new(None, ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));
    }
}
