using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// A copy of a list that commands are folded over, at one moment. It costs nothing to make, and a batch of commands
/// pays for each node of an index once. For one thread; the state that it was made from never changes.
/// </summary>
public sealed class StageQueueDraft
{
    private readonly StageQueueState _before;
    private readonly ImmutableSortedDictionary<long, ListedJob>.Builder _jobs;
    private readonly ImmutableSortedSet<long>.Builder _ids;
    private readonly ImmutableSortedSet<long>.Builder _flagged;
    private readonly ImmutableSortedSet<DueJob>.Builder _due;
    private readonly ImmutableDictionary<string, long>.Builder _operations;
    private readonly SortedDictionary<int, StageDraft> _stages = [];
    private readonly HashSet<long> _changed = [];

    public StageQueueDraft(StageQueueState before, StageQueueLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        _before = before;
        _jobs = before.Jobs.ToBuilder();
        _ids = before.Ids.ToBuilder();
        _flagged = before.Flagged.ToBuilder();
        _due = before.Due.ToBuilder();
        _operations = before.Operations.ToBuilder();
        Head = before.Head;
        CommandBytes = before.CommandBytes;
        Limits = limits;
        Now = Clock.Floor(now);
    }

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

    public bool IsHeadChanged => !ReferenceEquals(Head, _before.Head);

    public bool IsChanged => IsHeadChanged || _changed.Count > 0;

    /// <summary>Ids of the jobs that are new or not as they were.</summary>
    public IReadOnlyCollection<long> Changed => _changed;

    /// <summary>The first job to be over its time.</summary>
    public DueJob? FirstDue => _due.Count == 0 ? null : _due.Min;

    public ListedJob? Find(long id) => _jobs.GetValueOrDefault(id);

    /// <summary>The job that waits in a stage and has the lowest id.</summary>
    public ListedJob? FirstWaiting(int stage) =>
        StageOf(stage).Waiting is { Count: > 0 } waiting ? _jobs[waiting.Min] : null;

    /// <summary>The job at which an operation is remembered; null: at none.</summary>
    public ListedJob? FindByOperation(string operationId) =>
        _operations.TryGetValue(operationId, out var id) ? _jobs[id] : null;

    /// <summary>Jobs over their time, in the order of their ids.</summary>
    public ImmutableArray<ListedJob> Flagged() => [.. _flagged.Select(id => _jobs[id])];

    /// <summary>Adds a job, or puts it in the place of what it was.</summary>
    public void Put(ListedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var old = _jobs.GetValueOrDefault(job.Id);
        if (old is null)
        {
            _ids.Add(job.Id);
        }
        else
        {
            Leave(old);
        }

        _jobs[job.Id] = job;
        _changed.Add(job.Id);
        Enter(job);
        CommandBytes += job.CommandBytes - (old?.CommandBytes ?? 0);
        IndexOperations(old, job);
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
        var jobs = stages.SelectMany(stage => StageOf(stage).Ids().Select(id => _jobs[id])).ToList();
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
    public StageQueueState ToState() => !IsChanged ? _before : new()
    {
        Head = Head,
        Jobs = _jobs.ToImmutable(),
        Ids = _ids.ToImmutable(),
        Stages = Stages(),
        Due = _due.ToImmutable(),
        Flagged = _flagged.ToImmutable(),
        Operations = _operations.ToImmutable(),
        CommandBytes = CommandBytes,
    };

    private ImmutableSortedDictionary<int, StageMembers> Stages()
    {
        var stages = _before.Stages.ToBuilder();
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
            draft = new(_before.Stages.GetValueOrDefault(stage, StageMembers.None));
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

        public ImmutableSortedSet<long>.Builder Waiting { get; } = before.Waiting.ToBuilder();

        public int Count => Waiting.Count + _handedOut.Count;

        public bool IsChanged { get; private set; }

        public IEnumerable<long> Ids() => Waiting.Concat(_handedOut);

        public void Add(ListedJob job)
        {
            IsChanged = true;
            (job.IsHandedOut ? _handedOut : Waiting).Add(job.Id);
            _flaggedCount += job.FlaggedAt is null ? 0 : 1;
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
