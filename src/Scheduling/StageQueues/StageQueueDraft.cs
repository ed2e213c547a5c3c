using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// A copy of a list that commands are folded over, at one moment. It costs nothing to make, and a batch of commands
/// pays for each node of an index once. For one thread; the state that it was made from never changes.
/// </summary>
public sealed class StageQueueDraft
{
    private readonly ImmutableSortedSet<long>.Builder _flagged;
    private readonly ImmutableDictionary<string, long>.Builder _operations;
    private readonly SortedDictionary<int, StageDraft> _stages = [];
    private readonly HashSet<long> _changed = [];
    private ImmutableSortedSet<JobEntry>.Builder _jobs;
    private ImmutableSortedSet<DueJob>.Builder _due;

    public StageQueueDraft(StageQueueState before, StageQueueLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        Before = before;
        _jobs = before.Jobs.ToBuilder();
        _flagged = before.Flagged.ToBuilder();
        _due = before.Due.ToBuilder();
        _operations = before.Operations.ToBuilder();
        Head = before.Head;
        CommandBytes = before.CommandBytes;
        Limits = limits;
        Now = Clock.Floor(now);
    }

    /// <summary>What it was made from.</summary>
    public StageQueueState Before { get; }

    /// <summary>The moment at which all of the draft happens, in whole milliseconds.</summary>
    public DateTimeOffset Now { get; }

    public StageQueueLimits Limits { get; }

    /// <summary>What is counted for metrics.</summary>
    public StageQueueTally Tally { get; } = new();

    /// <summary>Lifetimes change through <see cref="SetLifetimes"/>.</summary>
    public StageQueueHead Head { get; private set; }

    public long CommandBytes { get; private set; }

    public int JobCount => _jobs.Count;

    public int FlaggedCount => _flagged.Count;

    public bool IsHeadChanged => !ReferenceEquals(Head, Before.Head);

    public bool IsChanged => IsHeadChanged || _changed.Count > 0;

    /// <summary>Ids of the jobs that are new or not as they were.</summary>
    public IReadOnlyCollection<long> Changed => _changed;

    /// <summary>The first job to be over its time.</summary>
    public DueJob? FirstDue => _due.Count == 0 ? null : _due.Min;

    public ListedJob? Find(long id) => _jobs.TryGetValue(new(id, null), out var entry) ? entry.Job : null;

    /// <summary>The job that waits in a stage and has the lowest id.</summary>
    public ListedJob? FirstWaiting(int stage) =>
        StageOf(stage).Waiting is { Count: > 0 } waiting ? Find(waiting.Min) : null;

    /// <summary>The job at which an operation is remembered; null: at none.</summary>
    public ListedJob? FindByOperation(string operationId) =>
        _operations.TryGetValue(operationId, out var id) ? Find(id) : null;

    /// <summary>Jobs over their time, in the order of their ids.</summary>
    public ImmutableArray<ListedJob> Flagged() => [.. _flagged.Select(id => Find(id)!)];

    /// <summary>Adds a job, or puts it in the place of what it was.</summary>
    public void Put(ListedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var old = Find(job.Id);
        if (old is not null)
        {
            _jobs.Remove(new(job.Id, null));
            Leave(old);
        }

        _jobs.Add(new(job.Id, job));
        _changed.Add(job.Id);
        Enter(job);
        CommandBytes += job.CommandBytes - (old?.CommandBytes ?? 0);
        IndexOperations(old, job);
    }

    /// <summary>Adds jobs that are new and wait. Many at once are several times as fast as one by one.</summary>
    public void AddNew(IReadOnlyCollection<ListedJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        _jobs = With(_jobs, jobs.Select(static job => new JobEntry(job.Id, job)));
        _due = With(_due, jobs.Select(job => UntilOf(job) is { } until ? new DueJob(until, job.Id) : default)
            .Where(static due => due != default));
        foreach (var stage in jobs.GroupBy(static job => job.Stage))
        {
            StageOf(stage.Key).AddWaiting(stage.Select(static job => job.Id));
        }

        _changed.UnionWith(jobs.Select(static job => job.Id));
        CommandBytes += jobs.Sum(static job => job.CommandBytes);
    }

    /// <summary>Changes all of the head but its lifetimes.</summary>
    public void SetHead(StageQueueHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        Head = head with { Lifetimes = Head.Lifetimes };
    }

    /// <summary>Changes the lifetimes, and unflags the jobs that are no longer over theirs.</summary>
    public void SetLifetimes(ImmutableArray<double> lifetimes)
    {
        var before = Head;
        var after = Head with { Lifetimes = lifetimes };
        var stages = Enumerable.Range(0, Math.Max(before.Lifetimes.Length, lifetimes.Length))
            .Where(stage => before.LifetimeOf(stage) != after.LifetimeOf(stage) && StageOf(stage).Count > 0)
            .ToList();
        var jobs = stages.SelectMany(stage => StageOf(stage).Ids().Select(id => Find(id)!)).ToList();
        foreach (var job in jobs)
        {
            LeaveDue(job);
        }

        Head = after;
        foreach (var job in jobs)
        {
            EnterDue(job);
            if (job.FlaggedAt is not null && !(UntilOf(job) <= Now))
            {
                Put(job with { FlaggedAt = null });
            }
        }
    }

    /// <summary>When a job is over its time; null: never.</summary>
    public DateTimeOffset? UntilOf(ListedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Until(Head.LifetimeOf(job.Stage));
    }

    /// <summary>What the list is once this is committed.</summary>
    public StageQueueState ToState() => !IsChanged ? Before : new()
    {
        Head = Head,
        Jobs = _jobs.ToImmutable(),
        Stages = Stages(),
        Due = _due.ToImmutable(),
        Flagged = _flagged.ToImmutable(),
        Operations = _operations.ToImmutable(),
        CommandBytes = CommandBytes,
    };

    /// <summary>An index that gets many entries is made anew from what is sorted.</summary>
    private static ImmutableSortedSet<T>.Builder With<T>(ImmutableSortedSet<T>.Builder index, IEnumerable<T> entries) =>
        index.ToImmutable().Union(entries).ToBuilder();

    private ImmutableSortedDictionary<int, StageMembers> Stages()
    {
        var stages = Before.Stages.ToBuilder();
        foreach (var (stage, draft) in _stages)
        {
            if (draft.Count == 0)
            {
                stages.Remove(stage);
            }
            else if (draft.IsChanged)
            {
                stages[stage] = draft.ToMembers();
            }
        }

        return stages.ToImmutable();
    }

    private StageDraft StageOf(int stage)
    {
        if (!_stages.TryGetValue(stage, out var draft))
        {
            draft = new(Before.Stages.GetValueOrDefault(stage, StageMembers.None));
            _stages.Add(stage, draft);
        }

        return draft;
    }

    private void Leave(ListedJob job)
    {
        StageOf(job.Stage).Remove(job);
        LeaveDue(job);
        if (job.FlaggedAt is not null)
        {
            _flagged.Remove(job.Id);
        }
    }

    private void Enter(ListedJob job)
    {
        StageOf(job.Stage).Add(job);
        EnterDue(job);
        if (job.FlaggedAt is not null)
        {
            _flagged.Add(job.Id);
        }
    }

    private void LeaveDue(ListedJob job)
    {
        if (job.FlaggedAt is null && UntilOf(job) is { } until)
        {
            _due.Remove(new(until, job.Id));
        }
    }

    private void EnterDue(ListedJob job)
    {
        if (job.FlaggedAt is null && UntilOf(job) is { } until)
        {
            _due.Add(new(until, job.Id));
        }
    }

    private void IndexOperations(ListedJob? old, ListedJob job)
    {
        if (old is not null)
        {
            foreach (var operation in RememberedOperations.Of(old))
            {
                // A key may have been used again, at another job, after its time.
                if (_operations.TryGetValue(operation, out var id) && id == job.Id
                    && !RememberedOperations.Of(job).Contains(operation))
                {
                    _operations.Remove(operation);
                }
            }
        }

        foreach (var operation in RememberedOperations.Of(job))
        {
            if (old is null || !RememberedOperations.Of(old).Contains(operation))
            {
                _operations[operation] = job.Id;
            }
        }
    }

    private sealed class StageDraft(StageMembers before)
    {
        private readonly ImmutableSortedSet<long>.Builder _handedOut = before.HandedOut.ToBuilder();
        private int _flaggedCount = before.FlaggedCount;

        public ImmutableSortedSet<long>.Builder Waiting { get; private set; } = before.Waiting.ToBuilder();

        public int Count => Waiting.Count + _handedOut.Count;

        public bool IsChanged { get; private set; }

        public IEnumerable<long> Ids() => Waiting.Concat(_handedOut);

        public void Add(ListedJob job)
        {
            IsChanged = true;
            (job.IsHandedOut ? _handedOut : Waiting).Add(job.Id);
            _flaggedCount += job.FlaggedAt is null ? 0 : 1;
        }

        public void AddWaiting(IEnumerable<long> ids)
        {
            IsChanged = true;
            Waiting = With(Waiting, ids);
        }

        public void Remove(ListedJob job)
        {
            IsChanged = true;
            (job.IsHandedOut ? _handedOut : Waiting).Remove(job.Id);
            _flaggedCount -= job.FlaggedAt is null ? 0 : 1;
        }

        public StageMembers ToMembers() => new(Waiting.ToImmutable(), _handedOut.ToImmutable(), _flaggedCount);
    }
}
