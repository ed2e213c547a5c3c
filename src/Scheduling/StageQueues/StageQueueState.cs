using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// A list as it was committed. Immutable, so that reads need no lock and see no half of a change; what
/// <see cref="StageQueueDraft"/> makes of it shares all that it did not touch. Every question that is asked often has
/// an index: no command looks through the jobs.
/// </summary>
public sealed record StageQueueState
{
    public static readonly StageQueueState Empty = new();

    public StageQueueHead Head { get; init; } = StageQueueHead.Default;

    public ImmutableSortedSet<JobEntry> Jobs { get; init; } = ImmutableSortedSet.Create(JobEntry.ById);

    /// <summary>The stages that hold jobs.</summary>
    public ImmutableSortedDictionary<int, StageMembers> Stages { get; init; } =
        ImmutableSortedDictionary<int, StageMembers>.Empty;

    /// <summary>Jobs that will be over their time and are not flagged.</summary>
    public ImmutableSortedSet<DueJob> Due { get; init; } = ImmutableSortedSet.Create(DueJob.ByTime);

    /// <summary>Ids of the jobs that are over their time.</summary>
    public ImmutableSortedSet<long> Flagged { get; init; } = [];

    /// <summary>Which job an operation is remembered at.</summary>
    public ImmutableDictionary<string, long> Operations { get; init; } =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>Bytes of all commands.</summary>
    public long CommandBytes { get; init; }

    /// <summary>When the first job is over its time; null: none will be.</summary>
    public DateTimeOffset? NextDue => Due.IsEmpty ? null : Due.Min.At;

    /// <summary>The highest stage that has a lifetime; where none has, the highest that holds a job.</summary>
    public int LastStage => !Head.Lifetimes.IsEmpty ? Head.Lifetimes.Length - 1 : Stages.Keys.LastOrDefault();

    /// <summary>The mean over the jobs of stage / last stage, 0 to 1.</summary>
    public double Fraction
    {
        get
        {
            var last = LastStage;
            return last == 0 || Jobs.IsEmpty
                ? 0
                : Stages.Sum(stage => (double)Math.Min(stage.Key, last) * stage.Value.Count) / last / Jobs.Count;
        }
    }

    public ListedJob? Find(long id) => Jobs.TryGetValue(new(id, null), out var entry) ? entry.Job : null;

    /// <summary>Jobs by id, from the first one after an id.</summary>
    /// <param name="after">Null: from the lowest.</param>
    /// <param name="stage">Only those of one stage; null: of all.</param>
    /// <param name="onlyFlagged">Only those that are over their time.</param>
    public IEnumerable<ListedJob> JobsAfter(long? after, int? stage, bool onlyFlagged)
    {
        if (!onlyFlagged && stage is null)
        {
            return (after is { } last ? Index.After(Jobs, new(last, null)) : Jobs).Select(entry => entry.Job!);
        }

        var members = Stages.GetValueOrDefault(stage ?? 0, StageMembers.None);
        var ids = onlyFlagged ? From(Flagged) : Index.Merge(From(members.Waiting), From(members.HandedOut));
        return ids.Select(id => Find(id)!).Where(job => stage is null || job.Stage == stage);

        IEnumerable<long> From(ImmutableSortedSet<long> all) => after is { } last ? Index.After(all, last) : all;
    }
}
