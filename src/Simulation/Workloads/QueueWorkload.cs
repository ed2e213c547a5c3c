using System.Text;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Scheduling.StageQueues;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Workloads;

/// <summary>
/// Owners of lists, and workers that pull from them: as the original ones, with keys of their own, or with leases. They
/// repeat what was not answered, die with a job in their hands, or come back to it late.
/// </summary>
internal sealed class QueueWorkload(World world, Clients clients)
{
    /// <summary>Stages 0 to this one; a job that waits in it is done.</summary>
    public const int LastStage = 2;

    private const int Jobs = 6;
    private const int Workers = 4;

    /// <summary>In quiet times nobody keeps a job longer.</summary>
    private const double QuietMinutes = 0.05;

    private static readonly string[] Keys = [GrainKeys.StageQueue("7"), GrainKeys.StageQueue("8")];

    private readonly HashSet<string> _finishing = new(StringComparer.Ordinal);

    public static string AnyKey(ChanceStream chance) => chance.Pick(Keys);

    /// <summary>Jobs that are not done yet, in words; null: there are none.</summary>
    public static string? FindUnfinished(QueueCheck queues)
    {
        foreach (var (key, list) in queues.Lists)
        {
            if (list.Jobs.Values.FirstOrDefault(IsUnfinished) is { } job)
            {
                return $"job {job.Id} of {key} is {(job.IsHandedOut ? "handed out" : "waiting")} in stage {job.Stage}";
            }
        }

        return null;
    }

    /// <summary>One thing that one of them does.</summary>
    public Task MoveAsync(ChanceStream chance)
    {
        var key = AnyKey(chance);
        return chance.Below(20) switch
        {
            < 3 => AddAsync(key, chance),
            < 12 => WorkAsync(key, chance),
            12 => clients.SetLifetimeAsync(key, new(chance.Between(0, LastStage), AnyMinutes(chance))),
            13 => clients.InitializeAsync(key, new([AnyMinutes(chance), AnyMinutes(chance)])),
            14 => clients.ChangeSettingsAsync(key, new(chance.Is(0.5), chance.Below(4))),
            15 or 16 => RedoAsync(key, chance),
            17 => clients.CheckAsync(key),
            18 => chance.Is(0.5) ? clients.ProgressAsync(key) : clients.PageAsync(key),
            _ => RestartAsync(key, chance),
        };
    }

    /// <summary>Every job comes back by itself, and workers that do not die do them all.</summary>
    public void Finish()
    {
        foreach (var key in Keys.Where(key => IsUnfinished(key) && _finishing.Add(key)))
        {
            world.Simulator.Watch(FinishAsync(key));
        }
    }

    private static double AnyMinutes(ChanceStream chance) => chance.Is(0.3) ? 0 : chance.Between(1, 30) / 300.0;

    private Task AddAsync(string key, ChanceStream chance)
    {
        var first = chance.Between(1, Jobs);
        var last = Math.Min(Jobs, first + chance.Below(4));
        return clients.AddJobsAsync(key, new(
        [
            .. Enumerable.Range(first, last - first + 1).Select(id => new NewStageJob(
                id, chance.Is(0.8) ? 0 : 1, Encoding.UTF8.GetBytes(QueueCheck.CommandOf(key, id)))),
        ]));
    }

    private Task RedoAsync(string key, ChanceStream chance)
    {
        var stage = chance.Between(0, LastStage);
        var redo = chance.Between(0, stage);
        return clients.RedoAsync(key, new(stage, redo, clients.NextOperation()));
    }

    /// <summary>Somebody wants a job done anew, whoever has it.</summary>
    private Task RestartAsync(string key, ChanceStream chance) => clients.MoveAsync(key, new()
    {
        JobId = chance.Between(1, Jobs),
        Stage = 0,
        OperationId = clients.NextOperation(),
        Caller = "owner",
    });

    private async Task WorkAsync(string key, ChanceStream chance)
    {
        var stage = chance.Below(LastStage);
        var isKey = chance.Is(1.0 / 3);
        var hasLease = chance.Is(0.5);
        var request = new HandOut
        {
            Stage = stage,
            Next = stage + 1,
            OperationId = clients.NextOperation(),
            IsKey = isKey,
            LeaseSeconds = hasLease ? chance.Between(1, 20) : null,
        };
        var (answer, isAlone) = await clients.HandOutAsync(key, request);
        if (answer?.Job is not { } job)
        {
            return;
        }

        if (isKey && chance.Is(0.5))
        {
            var (again, isStillAlone) = await clients.HandOutAsync(key, request);
            if (again is not null && isAlone && isStillAlone)
            {
                world.Invariants.Grants.Repeated(key, request, job, again);
            }
        }

        if (chance.Strikes(0.2, "worker-dies"))
        {
            world.Faults.Count("queues: workers died");
            return;
        }

        await world.Cluster.RestAsync(chance.Span(0.01, 10));
        if (hasLease && chance.Is(0.5))
        {
            await clients.ExtendAsync(key, new(job.JobId, job.Lease, chance.Is(0.5) ? null : chance.Between(1, 20)));
            await world.Cluster.RestAsync(chance.Span(0.01, 10));
        }

        await UpdateAsync(key, job, chance, hasLease);
    }

    private async Task UpdateAsync(string key, HandedOutJob job, ChanceStream chance, bool hasLease)
    {
        var operation = clients.NextOperation();
        var command = new MoveStageJob
        {
            JobId = job.JobId,
            Stage = chance.Is(0.9) ? job.Stage + 1 : job.Stage,
            OperationId = operation,
            Caller = $"w{chance.Below(Workers)}",
            Lease = hasLease ? job.Lease : null,
            FileName = chance.Is(0.5) ? $"of {operation}" : null,
            Command = chance.Is(0.2)
                ? Encoding.UTF8.GetBytes(QueueCheck.CommandOf(key, job.JobId, operation))
                : (ReadOnlyMemory<byte>?)null,
            IsKey = chance.Is(0.2),
        };
        await clients.MoveAsync(key, command);
        if (chance.Is(0.2))
        {
            // Whoever got no answer sends the same again: to the server it is another request, unless it has a key.
            await clients.MoveAsync(
                key, command.IsKey ? command : command with { OperationId = clients.NextOperation() });
        }
    }

    private bool IsUnfinished(string key) => world.Invariants.Queues.ListOf(key).Jobs.Values.Any(IsUnfinished);

    private static bool IsUnfinished(ListedJob job) => job.Stage != LastStage || job.IsHandedOut;

    private async Task FinishAsync(string key)
    {
        while (IsUnfinished(key))
        {
            // Each time: what was asked for before the quiet may still arrive.
            await clients.ChangeSettingsAsync(key, new(Redeliver: true, MaxAttempts: 0));
            for (var stage = 0; stage <= LastStage; stage++)
            {
                await clients.SetLifetimeAsync(key, new(stage, QuietMinutes));
            }

            for (var stage = 0; stage < LastStage; stage++)
            {
                await FinishAsync(key, stage);
            }

            await world.Cluster.RestAsync(TimeSpan.FromSeconds(2));
        }

        _finishing.Remove(key);
    }

    private async Task FinishAsync(string key, int stage)
    {
        var request = new HandOut { Stage = stage, Next = stage + 1, OperationId = "", LeaseSeconds = 30 };
        // No more than there can be: a list that hands out for ever is to come to its judgement.
        for (var done = 0; done < Jobs; done++)
        {
            var (answer, _) = await clients.HandOutAsync(
                key, request with { OperationId = clients.NextOperation() });
            if (answer?.Job is not { } job)
            {
                return;
            }

            await clients.MoveAsync(key, new()
            {
                JobId = job.JobId,
                Stage = stage + 1,
                OperationId = clients.NextOperation(),
                Caller = "finisher",
                Lease = job.Lease,
            });
        }
    }
}
