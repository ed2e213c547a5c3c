using Sluice.EmbeddedHost.Turns;

namespace Sluice.Simulation.Engine;

/// <summary>
/// What can crash as a whole. It is the scheduler of all its code, of grains and of loops, and it has a clock of its
/// own timers: once it has crashed nothing of it runs any more, no continuation and no <c>finally</c>.
/// </summary>
internal sealed class SimulatedProcess : TaskScheduler, ITurnScheduler
{
    private readonly Simulator _simulator;
    private volatile bool _isCrashed;

    public SimulatedProcess(Simulator simulator, string name)
    {
        (_simulator, Name) = (simulator, name);
        Time = new VirtualTime(simulator, this);
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    public bool IsAlive => !_isCrashed;

    public override int MaximumConcurrencyLevel => 1;

    // The seed picks the next turn of all that are ready, after each one.
    int ITurnScheduler.MaxTurnsInARow => 1;

    void ITurnScheduler.Schedule(IThreadPoolWorkItem turns, bool isContinued) => _simulator.Ready(this, turns);

    public void Crash() => _isCrashed = true;

    /// <summary>Starts a loop on this scheduler.</summary>
    public Task Run(Func<Task> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>The same of a loop that goes on until the process crashes.</summary>
    public void RunForever(string name, Func<Task> loop) => Run(loop).ContinueWith(
        ended => _simulator.Fail(Promises.LoopsGoOn, $"{name} of {Name} ended: {ended.Exception}"),
        CancellationToken.None,
        TaskContinuationOptions.None,
        this);

    public void Execute(object work)
    {
        switch (work)
        {
            case Task task:
                TryExecuteTask(task);
                break;
            case IThreadPoolWorkItem turns:
                turns.Execute();
                break;
            default:
                throw new ArgumentException($"{work} is no work", nameof(work));
        }
    }

    protected override void QueueTask(Task task) => _simulator.Ready(this, task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
