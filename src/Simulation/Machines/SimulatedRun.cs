using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Machines;

/// <summary>
/// One attempt of a job, as its machine knows it: recorded, perhaps running, perhaps ended. Outside of all servers.
/// </summary>
internal sealed class SimulatedRun(Cluster cluster, DesiredRun spec, JobScript script)
{
    private readonly ChanceStream _chance = cluster.Simulator.Chance.Stream($"run.{spec.JobName}");
    private readonly List<TaskCompletionSource> _waiting = [];
    private SimulatedEvent? _next;
    private bool _isAsked;

    public string Uid => spec.Uid;

    public int Attempt => spec.Attempt;

    public long Generation => spec.Generation;

    public JobScript Script => script;

    public ImmutableArray<(string Node, int Gpu)> Gpus { get; } =
        [.. spec.Blocks.SelectMany(block => block.Gpus.Select(gpu => (block.Node, gpu)))];

    public IEnumerable<string> Nodes => spec.Blocks.Select(block => block.Node);

    /// <summary>True: it has processes.</summary>
    public bool IsAlive { get; private set; }

    public bool IsUp { get; private set; }

    public RunPhase Phase { get; private set; }

    public int? ExitCode { get; private set; }

    public DateTimeOffset At { get; private set; } = Simulator.Start;

    /// <summary>Its own end shows a little later; an end that was asked for shows when it is answered.</summary>
    public TimeSpan EndShowsAt { get; private set; }

    /// <summary>The server whose call to start it is not answered yet; null: none's.</summary>
    public SimulatedProcess? Starter { get; set; }

    /// <summary>True: what is kept of it cannot be read, until somebody mends it, or has it ended.</summary>
    public bool IsDamaged { get; set; }

    public bool HasEnded => Phase is RunPhase.Exited or RunPhase.Stopped or RunPhase.StartFailed;

    /// <summary>Its processes come up.</summary>
    public void Launch()
    {
        if (IsAlive || HasEnded)
        {
            return;
        }

        if (Attempt <= script.UnstartableAttempts || !Gpus.All(cluster.IsThere))
        {
            End(RunPhase.StartFailed, null);
            return;
        }

        IsAlive = true;
        cluster.Checks.Started(this);
        Note("its processes start");
        After(_chance.Span(0.01, script.SecondsToStart), () =>
        {
            IsUp = true;
            Phase = RunPhase.Running;
            At = Simulator.Start + cluster.Simulator.Now;
            cluster.Ring();
            cluster.Simulator.Watch(TrainAsync());
        });
    }

    /// <summary>TERM, and after the grace period KILL.</summary>
    public async Task StopAsync()
    {
        await EndAsync();
        IsDamaged = false;
    }

    private Task EndAsync()
    {
        if (HasEnded)
        {
            EndShowsAt = TimeSpan.Zero;
            return Task.CompletedTask;
        }

        if (!IsAlive)
        {
            End(RunPhase.Stopped, null);
            return Task.CompletedTask;
        }

        if (!_isAsked)
        {
            _isAsked = true;
            Note("is asked to end");
            var takes = Math.Min(script.SecondsToStop, Cluster.GracePeriod.TotalSeconds);
            _next?.Cancel();
            After(TimeSpan.FromSeconds(takes * (0.5 + (_chance.Fraction() / 2))),
                () => cluster.Simulator.Watch(EndAsAskedAsync()));
        }

        var ended = new TaskCompletionSource();
        _waiting.Add(ended);
        return ended.Task;
    }

    /// <summary>Its processes are gone without a word.</summary>
    public void Kill()
    {
        if (IsAlive)
        {
            Note("is lost");
            End(_isAsked ? RunPhase.Stopped : RunPhase.Exited, null);
        }
    }

    private async Task TrainAsync()
    {
        while (cluster.ProgressOf(Uid) is var epochs && epochs < script.Epochs)
        {
            if (Attempt <= script.UnstartableAttempts + script.FailingAttempts && _chance.Is(0.5))
            {
                await RestAsync(_chance.Span(0.01, 5));
                End(RunPhase.Exited, _chance.Between(1, 137));
                return;
            }

            var gpus = Math.Max(1, Gpus.Length);
            await RestAsync(TimeSpan.FromSeconds(script.SecondsPerEpoch / Math.Pow(gpus, 0.8)));
            if (_isAsked)
            {
                return;
            }

            var answer = await CheckpointAsync(epochs + 1);
            if (answer?.Resize is not null && script.StopsAtResize && !_isAsked)
            {
                await RestAsync(TimeSpan.FromSeconds(60));
            }

            if (_isAsked || !IsAlive)
            {
                return;
            }
        }

        End(RunPhase.Exited, 0);
    }

    private async Task EndAsAskedAsync()
    {
        if (script.NotifiesOnTerm && IsUp && cluster.ProgressOf(Uid) < script.Epochs)
        {
            // It does not wait for the answer longer than it has.
            cluster.Simulator.Watch(CheckpointAsync(cluster.ProgressOf(Uid) + 1));
            await cluster.RestAsync(_chance.Span(0.001, 0.5));
        }

        if (IsAlive)
        {
            End(RunPhase.Stopped, script.NotifiesOnTerm ? 0 : 143);
        }
    }

    private Task<JobAnswer?> CheckpointAsync(int epochs)
    {
        cluster.SaveProgress(Uid, epochs);
        return cluster.NotifyAsync(this, epochs);
    }

    private void End(RunPhase phase, int? exitCode)
    {
        if (HasEnded)
        {
            return;
        }

        _next?.Cancel();
        (Phase, ExitCode, At) = (phase, exitCode, Simulator.Start + cluster.Simulator.Now);
        EndShowsAt = phase == RunPhase.Exited ? cluster.Simulator.Now + _chance.Span(0.0001, 3) : TimeSpan.Zero;
        if (IsAlive)
        {
            (IsAlive, IsUp) = (false, false);
            Note($"ends: {phase} {exitCode}");
        }

        cluster.Checks.Ended(this);
        _waiting.ForEach(waiting => waiting.SetResult());
        _waiting.Clear();
        cluster.Simulator.After(EndShowsAt > TimeSpan.Zero ? EndShowsAt - cluster.Simulator.Now : TimeSpan.Zero,
            cluster.Simulator.World, cluster.Ring);
    }

    /// <summary>What waits here waits for ever once the run has ended, or was asked to.</summary>
    private Task RestAsync(TimeSpan delay)
    {
        var rested = new TaskCompletionSource();
        After(delay, rested.SetResult);
        return rested.Task;
    }

    private void After(TimeSpan delay, Action action) =>
        _next = cluster.Simulator.After(delay, cluster.Simulator.World, action);

    private void Note(string what)
    {
        if (cluster.Simulator.Trace.IsOn)
        {
            cluster.Simulator.Trace.Write("machine", $"{spec.JobName} ({Uid}, attempt {Attempt}) {what}");
        }
    }
}
