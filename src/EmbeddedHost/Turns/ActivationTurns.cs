namespace Sluice.EmbeddedHost.Turns;

/// <summary>
/// The turns of one activation: a task scheduler that runs one task at a time. As it is the current scheduler of all
/// code of the grain, what follows an await comes back here by itself.
/// </summary>
internal sealed class ActivationTurns(ITurnScheduler scheduler) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>A longer queue is let go once it is empty, so that a burst leaves no memory behind.</summary>
    private const int KeptQueueCapacity = 16;

    private readonly Lock _gate = new();
    private Task? _next;
    private Queue<Task>? _later;
    private bool _isScheduled;
    private volatile bool _isCrashed;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Nothing runs here any more, whatever waits or comes.</summary>
    public void Crash() => _isCrashed = true;

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < scheduler.MaxTurnsInARow; turn++)
        {
            if (_isCrashed || TakeNext() is not { } task)
            {
                return;
            }

            TryExecuteTask(task);
        }

        scheduler.Schedule(this, isContinued: true);
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            if (_next is null)
            {
                _next = task;
            }
            else
            {
                (_later ??= new(capacity: 4)).Enqueue(task);
            }

            if (_isScheduled || _isCrashed)
            {
                return;
            }

            _isScheduled = true;
        }

        scheduler.Schedule(this, isContinued: false);
    }

    /// <summary>
    /// Inside a turn of this activation a task may run at once; anywhere else it must wait for its turn.
    /// </summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return _next is null ? [] : [_next, .. _later ?? []];
        }
    }

    private Task? TakeNext()
    {
        lock (_gate)
        {
            var task = _next;
            _next = null;
            if (task is null)
            {
                _isScheduled = false;
                if (_later?.Capacity > KeptQueueCapacity)
                {
                    _later = null;
                }
            }
            else if (_later?.TryDequeue(out var following) == true)
            {
                _next = following;
            }

            return task;
        }
    }
}
