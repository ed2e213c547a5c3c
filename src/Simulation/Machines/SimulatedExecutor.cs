using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Ports;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Machines;

/// <summary>
/// The cluster's executor as one server has it: slow, failing before or after it did what it was asked. Only the newest
/// server may use it, as the lock on a data folder has it.
/// </summary>
internal sealed class SimulatedExecutor(
    Simulator simulator, SimulatedProcess process, FaultPlan faults, Cluster cluster, Mishap mishap) : IExecutor
{
    /// <summary>A newer server has taken over the machines.</summary>
    public bool IsLockedOut { get; set; }

    public string Name => "simulated";

    public Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken) =>
        OperateAsync("discover", () => Task.FromResult(cluster.Report(Name)));

    public Task<ImmutableArray<ObservedRun>> ObserveAsync(CancellationToken cancellationToken) =>
        OperateAsync("observe", () => Task.FromResult(cluster.Observe(IsMissed)));

    public async Task StartAsync(DesiredRun desired, CancellationToken cancellationToken)
    {
        SimulatedRun? started = null;
        try
        {
            await OperateAsync($"start/{desired.JobName}", () =>
            {
                if (cluster.Record(desired) is not { } run)
                {
                    return Task.FromResult(true);
                }

                started = run;
                run.Starter = process;
                return LaunchAsync(run);
            });
        }
        finally
        {
            started?.Starter = null;
        }
    }

    public Task StopAsync(string uid, CancellationToken cancellationToken) =>
        OperateAsync("stop", async () =>
        {
            await cluster.StopAsync(uid);
            return true;
        });

    public Task ForgetAsync(string uid, CancellationToken cancellationToken) =>
        OperateAsync("forget", () =>
        {
            cluster.Forget(uid);
            return Task.FromResult(true);
        });

    public async Task WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await cluster.Changed.WaitAsync(timeout, process.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// From the record to the launch it is a moment in which a server can die: the attempt may never come up, or only
    /// after the next server has.
    /// </summary>
    private Task<bool> LaunchAsync(SimulatedRun run)
    {
        var chance = simulator.Chance.Stream($"launch.{run.Script.JobName}");
        var launched = new TaskCompletionSource<bool>();
        var isSent = chance.Is(0.5);
        simulator.After(chance.Span(0.0001, 0.5), simulator.World, () =>
        {
            if (process.IsAlive || isSent)
            {
                run.Launch();
                launched.SetResult(true);
            }
        });
        return launched.Task;
    }

    /// <summary>Only its own starts: what another server began was there before this one had the machines.</summary>
    private bool IsMissed(SimulatedRun run)
    {
        var isMissed = run.Starter == process
            && simulator.Chance.Stream($"executor.observe/{run.Script.JobName}").Strikes(faults.MissedStart, "misses");
        if (isMissed)
        {
            faults.Count("runs: missed while they start");
        }

        return isMissed;
    }

    private async Task<T> OperateAsync<T>(string what, Func<Task<T>> operation)
    {
        var chance = simulator.Chance.Stream($"executor.{what}");
        await DelayAsync(chance);
        if (IsLockedOut)
        {
            throw new ExecutorFault("another server has locked the machines");
        }

        if (chance.Strikes(faults.FailedExecutorCall, "failed"))
        {
            throw new ExecutorFault($"the executor could not {what}");
        }

        var isAnswerLost = chance.Strikes(faults.FailedExecutorCall, "unanswered");
        if (chance.Strikes(faults.CrashAtExecutor, "crash"))
        {
            faults.Count("crashes: at the executor");
            mishap(chance, null);
        }

        var answer = await operation();
        if (chance.Strikes(faults.CrashAtExecutor, "crash-after"))
        {
            faults.Count("crashes: at the executor");
            mishap(chance, null);
        }

        await DelayAsync(chance);
        return isAnswerLost ? throw new ExecutorFault($"the executor did not answer to {what}") : answer;
    }

    private Task DelayAsync(ChanceStream chance)
    {
        var delay = chance.Strikes(faults.SlowExecutor, "slow") ? chance.Span(0.1, 10)
            : chance.Is(0.6) ? TimeSpan.Zero
            : chance.Span(0.001, 0.1);
        return delay == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, process.Time);
    }
}
