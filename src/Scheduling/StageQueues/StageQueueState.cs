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

    public ImmutableSortedDictionary<long, ListedJob> Jobs { get; init; } = ImmutableSortedDictionary<long, ListedJob>.Empty;

    /// <summary>The ids of the jobs: pages begin anywhere.</summary>
    public ImmutableSortedSet<long> Ids { get; init; } = [];

    /// <summary>The stages that hold jobs.</summary>
    public ImmutableSortedDictionary<int, StageMembers> Stages { get; init; } = ImmutableSortedDictionary<int, StageMembers>.Empty;

    /// <summary>Jobs that will be over their time and are not flagged.</summary>
    public ImmutableSortedSet<DueJob> Due { get; init; } = [];

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
    public int LastStage => !Head.Lifetimes.IsEmpty ? Head.Lifetimes.Length - 1
        : Stages.IsEmpty ? 0
        : Stages.Keys.Last();

    /// <summary>The mean over the jobs of stage / last stage.</summary>
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

    /// <summary>A list as it was stored.</summary>
    public static StageQueueState Of(StageQueueHead head, IReadOnlyCollection<ListedJob> jobs) => new()
    {
        Head = head,
        Jobs = ImmutableSortedDictionary.CreateRange(jobs.Select(job => KeyValuePair.Create(job.Id, job))),
        Ids = [.. jobs.Select(job => job.Id)],
        Stages = ImmutableSortedDictionary.CreateRange(
            jobs.GroupBy(job => job.Stage).Select(stage => KeyValuePair.Create(stage.Key, new StageMembers(
                [.. stage.Where(job => !job.IsHandedOut).Select(job => job.Id)],
                [.. stage.Where(job => job.IsHandedOut).Select(job => job.Id)],
                stage.Count(job => job.FlaggedAt is not null))))),
        Due =
        [
            .. jobs.Where(job => job.FlaggedAt is null && job.Until(head.LifetimeOf(job.Stage)) is not null)
                .Select(job => new DueJob(job.Until(head.LifetimeOf(job.Stage))!.Value, job.Id)),
        ],
        Flagged = [.. jobs.Where(job => job.FlaggedAt is not null).Select(job => job.Id)],
        Operations = Empty.Operations.AddRange(RememberedOperations.NewestOf(jobs)),
        CommandBytes = jobs.Sum(job => job.CommandBytes),
    };

    /// <summary>Jobs by id, from the first one after an id.</summary>
    /// <param name="after">Null: from the lowest.</param>
    /// <param name="stage">Only those of one stage; null: of all.</param>
    /// <param name="onlyFlagged">Only those that are over their time.</param>
    public IEnumerable<ListedJob> JobsAfter(long? after, int? stage, bool onlyFlagged)
    {
        var members = stage is { } one ? Stages.GetValueOrDefault(one, StageMembers.None) : null;
        var ids = onlyFlagged ? From(Flagged, after)
            : members is not null ? SortedIds.Merge(From(members.Waiting, after), From(members.HandedOut, after))
            : From(Ids, after);
        return ids.Select(id => Jobs[id]).Where(job => stage is null || job.Stage == stage);
    }

    private static IEnumerable<long> From(ImmutableSortedSet<long> ids, long? after) => SortedIds.After(ids, after);
}
