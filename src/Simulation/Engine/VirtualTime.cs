namespace Sluice.Simulation.Engine;

/// <summary>The one clock as a process sees it. Its timers are events; now and then one is late.</summary>
internal sealed class VirtualTime(Simulator simulator, SimulatedProcess owner) : TimeProvider
{
    private const double LateTimer = 0.002;

    private readonly ChanceStream _chance = simulator.Chance.Stream("timer");

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Simulator.Start + simulator.Now;

    public override long GetTimestamp() => simulator.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private SimulatedEvent Set(TimeSpan dueTime, Action fire)
    {
        var isLate = owner != simulator.World && _chance.Strikes(LateTimer, "late");
        return simulator.After(isLate ? dueTime + _chance.Span(0.1, 30) : dueTime, owner, fire);
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private SimulatedEvent? _next;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next?.Cancel();
            _period = period;
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : time.Set(dueTime, Fire);
            return true;
        }

        public void Dispose() => _next?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            _next = _period > TimeSpan.Zero ? time.Set(_period, Fire) : null;
            callback(state);
        }
    }
}
