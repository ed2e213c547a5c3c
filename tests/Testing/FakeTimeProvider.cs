namespace Sluice.Testing;

/// <summary>Time that passes only when a test says so; timers fire in the order in which they are due.</summary>
public sealed class FakeTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = start;
    private long _created;

    public FakeTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that will fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state), Interlocked.Increment(ref _created));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and runs on this thread what falls due, each at its own time.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var end = GetUtcNow() + time;
        while (TakeDue(end) is { } timer)
        {
            timer.Callback();
        }

        lock (_gate)
        {
            _now = end > _now ? end : _now;
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.DueAt <= end).OrderBy(timer => (timer.DueAt, timer.Order)).FirstOrDefault();
            if (next is null)
            {
                return null;
            }

            _now = next.DueAt > _now ? next.DueAt : _now;
            if (next.Period > TimeSpan.Zero)
            {
                next.DueAt += next.Period;
            }
            else
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    private sealed class FakeTimer(FakeTimeProvider provider, Action callback, long order) : ITimer
    {
        private bool _isDisposed;

        public Action Callback => callback;

        public long Order => order;

        public DateTimeOffset DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (provider._gate)
            {
                if (_isDisposed)
                {
                    return false;
                }

                provider._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = provider._now + dueTime;
                    provider._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (provider._gate)
            {
                _isDisposed = true;
                provider._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
