namespace Sluice.Simulation.Engine;

/// <summary>
/// One thread, one clock, one queue. A step takes the next event (a call or its answer, a commit, a timer, something a
/// job's processes do) at its virtual time, and then all work that it made ready, one piece after the other in an order
/// that the seed picks, until nothing is ready any more.
/// </summary>
internal sealed class Simulator
{
    /// <summary>Work that one event may set off; more is a loop that never rests.</summary>
    private const int MaxWorkPerStep = 100_000;

    /// <summary>Steps that may follow each other at one moment; more is a loop that never waits.</summary>
    private const int MaxStepsPerMoment = 10_000;

    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<SimulatedEvent, (long Due, long Order)> _events = new();
    private readonly List<(SimulatedProcess Owner, object Work)> _ready = [];
    private readonly ChanceStream _order;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly CancellationToken _cancellationToken;
    private long _eventsMade;
    private int _stepsOfMoment;
    private long _workDone;
    private volatile SimulatedProcess? _working;
    private volatile string? _stray;

    /// <param name="chance">All of it.</param>
    /// <param name="trace">Gets all that happens.</param>
    /// <param name="cancellationToken">Ends the run between two steps.</param>
    public Simulator(Chance chance, Trace trace, CancellationToken cancellationToken = default)
    {
        (Chance, Trace, _cancellationToken) = (chance, trace, cancellationToken);
        _order = chance.Stream("order-of-work");
        World = new(this, "world");
    }

    public Chance Chance { get; }

    public Trace Trace { get; }

    /// <summary>Everything that is no server: clients, jobs, the network. It never crashes.</summary>
    public SimulatedProcess World { get; }

    /// <summary>Since <see cref="Start"/>.</summary>
    public TimeSpan Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>
    /// The last call that reached a server, for people: what does not come to rest follows from it mostly.
    /// </summary>
    public object? LastCall { get; set; }

    /// <summary>Pieces of work so far; other threads may look at it.</summary>
    public long WorkDone => Volatile.Read(ref _workDone);

    /// <summary>Whose work is done just now, and after which call, in words; other threads may look at it.</summary>
    public string Working => $"{_working?.Name ?? "nobody"}; the last call was {LastCall ?? "none"}";

    /// <summary>The first thing that went wrong; nothing runs any more once it is set.</summary>
    public Violation? Violation { get; private set; }

    public void Fail(string invariant, string what)
    {
        if (Violation is null)
        {
            Violation = new(invariant, what, Now, Steps);
            Trace.Write("VIOLATED", $"{invariant}: {what}");
        }
    }

    /// <summary>Has something happen at a time to come, unless its process has crashed by then.</summary>
    public SimulatedEvent After(TimeSpan delay, SimulatedProcess owner, Action action)
    {
        var next = new SimulatedEvent(owner, action);
        if (IsOnThread(owner))
        {
            _events.Enqueue(next, ((Now + delay).Ticks, _eventsMade++));
        }

        return next;
    }

    /// <summary>Work that can be done now.</summary>
    public void Ready(SimulatedProcess owner, object work)
    {
        if (IsOnThread(owner))
        {
            _ready.Add((owner, work));
        }
    }

    /// <summary>Work of the world that nobody waits for: a bug in it must not pass unseen.</summary>
    public void Watch(Task work) => work.ContinueWith(
        failed => Fail(Promises.TheWorldGoesOn, $"{failed.Exception}"),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        World);

    /// <summary>Runs until <paramref name="isDone"/>, or something went wrong.</summary>
    /// <exception cref="InvalidOperationException">The simulation itself is broken.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public void RunUntil(Func<bool> isDone)
    {
        // Inside a task of the world, and of no other context, so that whatever is awaited here comes back to it.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var running = new Task(() =>
        {
            DoReadyWork();
            while (Violation is null && !isDone())
            {
                _cancellationToken.ThrowIfCancellationRequested();
                Step();
            }
        });
        running.Start(World);
        _ready.RemoveAll(ready => ReferenceEquals(ready.Work, running));
        World.Execute(running);
        SynchronizationContext.SetSynchronizationContext(context);
        running.GetAwaiter().GetResult();
    }

    private void Step()
    {
        if (!_events.TryDequeue(out var next, out var place))
        {
            throw new InvalidOperationException("nothing will ever happen again");
        }

        if (next.Action is not { } action || !next.Owner.IsAlive)
        {
            return;
        }

        var now = TimeSpan.FromTicks(Math.Max(Now.Ticks, place.Due));
        _stepsOfMoment = now == Now ? _stepsOfMoment + 1 : 1;
        if (_stepsOfMoment > MaxStepsPerMoment)
        {
            FailToRest($"{MaxStepsPerMoment} steps");
            return;
        }

        Now = now;
        Steps++;
        next.Cancel();
        Begin(next.Owner);
        action();
        DoReadyWork();
    }

    private void DoReadyWork()
    {
        for (var done = 0; _ready.Count > 0 && Violation is null; done++)
        {
            if (done == MaxWorkPerStep)
            {
                FailToRest($"{MaxWorkPerStep} pieces of work");
            }

            var index = _ready.Count == 1 ? 0 : _order.Below(_ready.Count);
            var (owner, work) = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (owner.IsAlive)
            {
                Begin(owner);
                owner.Execute(work);
            }
        }

        if (_stray is { } stray)
        {
            throw new InvalidOperationException($"work ran outside of the simulated scheduler:\n{stray}");
        }
    }

    private void Begin(SimulatedProcess owner)
    {
        _working = owner;
        Volatile.Write(ref _workDone, _workDone + 1);
    }

    private void FailToRest(string what) =>
        Fail(Promises.WorkComesToRest, $"{what} followed each other at one moment, the last of {Working}");

    /// <summary>
    /// What a crashed process leaves behind may still come by, from a finalizer too; it is nobody's any more.
    /// </summary>
    private bool IsOnThread(SimulatedProcess owner)
    {
        if (!owner.IsAlive)
        {
            return false;
        }

        if (Environment.CurrentManagedThreadId == _thread)
        {
            return true;
        }

        _stray ??= Environment.StackTrace;
        return false;
    }
}

/// <summary>Something that happens at a time.</summary>
internal sealed class SimulatedEvent(SimulatedProcess owner, Action action)
{
    public SimulatedProcess Owner => owner;

    /// <summary>Null: it happened, or will not.</summary>
    public Action? Action { get; private set; } = action;

    public void Cancel() => Action = null;
}

/// <summary>A broken promise.</summary>
/// <param name="Invariant">Which.</param>
/// <param name="What">How.</param>
/// <param name="At">Virtual time since the start.</param>
/// <param name="Step">The step in which it showed.</param>
public sealed record Violation(string Invariant, string What, TimeSpan At, long Step)
{
    public override string ToString() => $"{Invariant}: {What} (step {Step}, {At.TotalSeconds:F3} s)";
}
