using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Workloads;

/// <summary>
/// What comes from outside: one move after the other, each at its time and each from a stream of its own, so that a
/// replay can leave out some and keep the others.
/// </summary>
internal sealed class Workload
{
    private readonly World _world;
    private readonly Clients _clients;
    private readonly FaultInjector _injector;
    private readonly QueueWorkload _queues;
    private readonly Dictionary<string, JobScript> _scripts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _clock = new(StringComparer.Ordinal);
    private long _moves;
    private int _scriptsMade;
    private SimulatedEvent? _next;

    public Workload(World world)
    {
        _world = world;
        _clients = new(world);
        _queues = new(world, _clients);
        _injector = new(world);
        world.Cluster.NotifyAsync = NotifyAsync;
    }

    public Clients Clients => _clients;

    public FaultInjector Injector => _injector;

    /// <summary>Moves follow each other from now on.</summary>
    public void Begin() => Next();

    /// <summary>No more moves; what began goes on.</summary>
    public void End() => _next?.Cancel();

    /// <summary>In quiet times: what needs somebody who does it is done.</summary>
    public void Finish() => _queues.Finish();

    private void Next()
    {
        var chance = _world.Simulator.Chance.NewStream($"move.{_moves++}");
        _next = _world.Simulator.After(chance.Span(0.01, 2), _world.Simulator.World, () =>
        {
            Move(chance);
            Next();
        });
    }

    private void Move(ChanceStream chance)
    {
        if (_injector.Strike(chance) || !chance.Strikes(1, "client"))
        {
            return;
        }

        if (chance.Is(_world.Faults.OfLists))
        {
            _world.Simulator.Watch(_queues.MoveAsync(chance));
            return;
        }

        var name = _world.Faults.AnyName(chance);
        _world.Simulator.Watch(chance.Below(20) switch
        {
            < 6 => _clients.DeployAsync(Script(name, chance)),
            6 => AddAsync(name, chance),
            7 => UpdateAsync(name, chance),
            8 => CheckpointAsync(name, chance),
            9 => StatusAsync(name, chance),
            10 or 11 => CountRestartAsync(name),
            12 => _clients.ScaleAsync(name),
            13 => chance.Is(0.5) ? _clients.ScaleBestAsync() : _clients.ViewAsync(),
            14 => _clients.DeleteAsync(name),
            15 => ReplaceAsync(name, chance),
            16 => _clients.GetAsync(name),
            17 => chance.Is(0.5) ? _clients.DescribeAsync(name) : ListAllAsync(chance),
            _ => ListAsync(chance),
        });
    }

    /// <summary>The name is free at once: its successor comes while the predecessor's processes still die.</summary>
    private async Task ReplaceAsync(string name, ChanceStream chance)
    {
        await _clients.DeleteAsync(name);
        _scripts.Remove(name);
        if (chance.Is(0.8))
        {
            await _clients.DeployAsync(Script(name, chance));
        }
        else
        {
            await AddAsync(name, chance);
        }
    }

    private Task<JobAnswer?> AddAsync(string name, ChanceStream chance)
    {
        var operation = _clients.NextOperation();
        var command = new AddJob
        {
            GpuReq = chance.Below(3),
            GpuLim = 2 + chance.Below(6),
            GpuAssigned = chance.Below(3),
            TotalEpochs = Number.Of(chance.Between(1, 100)),
            OperationId = operation,
        };
        return _clients.WriteAsync(name, $"add {name} ({operation})", grain => grain.AddAsync(command),
            state => state.AddedBy == operation && state.Record is not null);
    }

    private Task<JobAnswer?> UpdateAsync(string name, ChanceStream chance)
    {
        var field = new ExtraField(_clients.NextOperation(), "true");
        var command = new UpdateJob
        {
            GpuAssigned = chance.Is(0.5) ? chance.Below(3) : null,
            GpuLim = chance.Is(0.3) ? chance.Between(3, 8) : null,
            GpuReq = chance.Is(0.2) ? chance.Below(3) : null,
            Extra = [field],
        };
        return _clients.WriteAsync(
            name, $"update {name} {command.GpuReq}/{command.GpuAssigned}/{command.GpuLim} ({field.Name})",
            grain => grain.UpdateAsync(command), state => state.Record?.Extra.Contains(field) == true);
    }

    private Task<JobAnswer?> CheckpointAsync(string name, ChanceStream chance) =>
        NotifyAsync(name, chance.Below(100), run: null);

    private Task<JobAnswer?> StatusAsync(string name, ChanceStream chance)
    {
        var status = chance.Pick(["running", JobStatus.Completed, JobStatus.Failed, "paused"]);
        return _clients.WriteAsync(
            name, $"status {name} {status}", grain => grain.UpdateStatusAsync(new() { Status = status }),
            state => state.Record is { } record && (state.Managed is null ? record.Status == status
                : status is "running" or "paused" || state.Managed.End != Grains.Jobs.JobEnd.None));
    }

    private Task<JobAnswer?> CountRestartAsync(string name)
    {
        var command = new IncrementRestarts { OperationId = _clients.NextOperation(), RequestDigest = "increment" };
        return _clients.WriteAsync(
            name, $"count {name} ({command.OperationId})", grain => grain.IncrementRestartsAsync(command),
            state => state.Answered.Any(answered => answered.OperationId == command.OperationId));
    }

    private Task ListAsync(ChanceStream chance) => _clients.ListAsync(new()
    {
        Order = (RankOrder)chance.Between(1, 4),
        X = chance.Below(4),
        Limit = chance.Is(0.5) ? null : chance.Between(1, 3),
    });

    private Task ListAllAsync(ChanceStream chance) =>
        _clients.ListAllAsync(chance.Is(0.5) ? JobPage.MaxRecords : chance.Between(1, 6));

    private Task<JobAnswer?> NotifyAsync(SimulatedRun run, int epochs) =>
        NotifyAsync(run.Script.JobName, epochs, run);

    private Task<JobAnswer?> NotifyAsync(string name, int epochs, SimulatedRun? run)
    {
        // Two notifications of a job are never of the same moment.
        var at = Math.Max(Now(), _clock.GetValueOrDefault(name) + 0.001);
        _clock[name] = at;
        var uid = run?.Script.OmitsUid == true ? null : run?.Uid;
        if (run is not null)
        {
            _world.Invariants.Rows.Notifies(Clients.KeyOf(name), at, run.Uid, isNamed: uid is not null);
        }

        var command = new UpdateCheckpoint
        {
            LastCheckpointTime = Number.Of(at),
            CompletedEpochs = Number.Of(epochs),
            RunUid = uid,
        };
        return _clients.WriteAsync(
            name, $"checkpoint {name} {epochs} ({uid})", grain => grain.UpdateCheckpointAsync(command),
            state => state.Record is { } record && (uid is null || state.Managed?.Uid == uid)
                && (record.LastCheckpointTime.Value > at
                    || (record.LastCheckpointTime.Value == at && record.CompletedEpochs.Value == epochs)),
            state => uid is not null ? state.Managed?.Uid != uid
                : state is { Managed.StartedAt: null, Ending.IsEmpty: false });
    }

    private double Now() => (Simulator.Start + _world.Simulator.Now).ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>What the name stands for: mostly the same manifest again, as clients repeat deployments.</summary>
    private JobScript Script(string name, ChanceStream chance)
    {
        if (_scripts.TryGetValue(name, out var known) && chance.Is(0.3))
        {
            return known;
        }

        var least = chance.Below(4);
        var script = new JobScript
        {
            Number = ++_scriptsMade,
            JobName = name,
            GpuReq = chance.Is(0.05) ? 30 : least,
            GpuLim = chance.Is(0.05) ? 30 : least + chance.Below(6),
            Replicas = chance.Is(0.75) ? 1 : chance.Between(2, 3),
            Namespace = chance.Is(0.3) ? "team-a" : "default",
            Priority = chance.Is(0.3) ? chance.Between(-1, 2) : 0,
            IsAfterCheckpoint = chance.Is(0.4),
            DeadlineSeconds = chance.Between(1, 60),
            MinRunSeconds = chance.Is(0.3) ? chance.Between(1, 20) : 0,
            Epochs = chance.Between(1, 12),
            SecondsPerEpoch = chance.Between(1, 30) / 10.0,
            SecondsToStart = chance.Between(1, 30) / 10.0,
            SecondsToStop = chance.Is(0.2) ? 1_000 : chance.Between(1, 20) / 4.0,
            NotifiesOnTerm = chance.Is(0.4),
            OmitsUid = chance.Is(1.0 / 3),
            StopsAtResize = chance.Is(0.6),
            FailingAttempts = chance.Is(0.2) ? chance.Between(1, 9) : 0,
            UnstartableAttempts = chance.Is(0.05) ? chance.Between(1, 2) : 0,
            IsSuspendable = chance.Is(0.3),
        };
        if (script.GpuReq > script.GpuLim)
        {
            script = script with { GpuLim = script.GpuReq };
        }

        _world.Cluster.Register(script);
        return _scripts[name] = script;
    }
}
