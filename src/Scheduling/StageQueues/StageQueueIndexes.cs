using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// Makes the indexes of a whole list at once, which is several times as fast as job by job. Optimized at once, as a
/// list is loaded before the runtime would.
/// </summary>
public static class StageQueueIndexes
{
    /// <summary>A list as it was stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static StageQueueState Of(StageQueueHead head, IEnumerable<ListedJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(head);
        var sorted = jobs.ToArray();
        var ids = Array.ConvertAll(sorted, static job => job.Id);
        Array.Sort(ids, sorted);
        var stages = new SortedDictionary<int, StageLists>();
        var due = new List<DueJob>();
        var flagged = new List<long>();
        var remembering = new List<ListedJob>();
        long bytes = 0;
        foreach (var job in sorted)
        {
            if (!stages.TryGetValue(job.Stage, out var stage))
            {
                stages.Add(job.Stage, stage = new());
            }

            stage.Add(job);
            bytes += job.CommandBytes;
            if (job.FlaggedAt is not null)
            {
                flagged.Add(job.Id);
            }
            else if (job.Until(head.LifetimeOf(job.Stage)) is { } until)
            {
                due.Add(new(until, job.Id));
            }

            if (job.IsHandedOut || !job.Keys.IsEmpty || !job.Moves.IsEmpty)
            {
                remembering.Add(job);
            }
        }

        return new()
        {
            Head = head,
            Jobs = ImmutableSortedSet.CreateRange(
                JobEntry.ById, sorted.Select(static job => new JobEntry(job.Id, job))),
            Stages = stages.ToImmutableSortedDictionary(stage => stage.Key, stage => stage.Value.ToMembers()),
            Due = ImmutableSortedSet.CreateRange(DueJob.ByTime, due),
            Flagged = ImmutableSortedSet.CreateRange(flagged),
            Operations = StageQueueState.Empty.Operations.AddRange(RememberedOperations.NewestOf(remembering)),
            CommandBytes = bytes,
        };
    }

    private sealed class StageLists
    {
        private readonly List<long> _waiting = [];
        private readonly List<long> _handedOut = [];
        private int _flaggedCount;

        public void Add(ListedJob job)
        {
            (job.IsHandedOut ? _handedOut : _waiting).Add(job.Id);
            _flaggedCount += job.FlaggedAt is null ? 0 : 1;
        }

        public StageMembers ToMembers() => new(
            ImmutableSortedSet.CreateRange(_waiting), ImmutableSortedSet.CreateRange(_handedOut), _flaggedCount);
    }
}
