using Sluice.Simulation.Checks;
using Sluice.Simulation.Workloads;

namespace Sluice.Simulation;

/// <summary>One history: storms with a rest after each, from one seed.</summary>
public static class History
{
    /// <summary>Steps of a storm; a longer history has several.</summary>
    internal const int StormSteps = 2_000;

    /// <summary>Steps of a rest, as of its time: some 50 times what any takes.</summary>
    private const int MaxRestSteps = 100_000;

    /// <summary>How long everything that can end may take once nothing goes wrong any more.</summary>
    private static readonly TimeSpan RestBound = TimeSpan.FromMinutes(20);

    /// <summary>Plays it.</summary>
    /// <param name="plan">Which.</param>
    /// <param name="trace">Gets a line for whatever happens; null: nobody reads it.</param>
    /// <param name="progress">Told after each storm and its rest how many steps there were so far.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static HistoryResult Play(
        HistoryPlan plan,
        TextWriter? trace = null,
        Action<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Play(new(plan.Seed, plan.Only, trace, cancellationToken), plan, progress);
    }

    internal static HistoryResult Play(World world, HistoryPlan plan, Action<long>? progress)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.Steps);
        var workload = new Workload(world);
        var simulator = world.Simulator;
        workload.Injector.Build(simulator.Chance.NewStream("cluster"));
        for (var storm = 0; simulator.Violation is null && simulator.Steps < plan.Steps; storm++)
        {
            var end = Math.Min(plan.Steps, simulator.Steps + StormSteps);
            Storm(world, workload, storm, end);
            Rest(world, workload, RestBound);
            progress?.Invoke(simulator.Steps);
        }

        return new()
        {
            Plan = plan,
            Steps = simulator.Steps,
            VirtualTime = simulator.Now,
            Violation = simulator.Violation,
            Happened = simulator.Chance.Happened,
            Counts = world.Counts,
        };
    }

    private static void Storm(World world, Workload workload, int storm, long end)
    {
        world.Simulator.Chance.IsQuiet = false;
        world.Faults.Change(world.Simulator.Chance.NewStream($"weather.{storm}"));
        world.Simulator.Trace.Write("world", $"storm {storm}");
        var isBegun = false;
        world.Simulator.RunUntil(() =>
        {
            if (!isBegun)
            {
                isBegun = true;
                workload.Injector.Repair();
                workload.Begin();
            }

            return world.Simulator.Steps >= end;
        });
    }

    /// <summary>Until everything that can end has ended.</summary>
    internal static void Rest(World world, Workload workload, TimeSpan bound)
    {
        var simulator = world.Simulator;
        var check = new QuietCheck(world);
        var until = simulator.Now + bound;
        var lastStep = simulator.Steps + MaxRestSteps;
        var nextLook = simulator.Now;
        var isBegun = false;
        workload.End();
        simulator.Chance.IsQuiet = true;
        simulator.Trace.Write("world", "rest");
        simulator.RunUntil(() =>
        {
            if (!isBegun)
            {
                isBegun = true;
                workload.Injector.Repair();
            }

            if (simulator.Now < nextLook && simulator.Steps < lastStep)
            {
                return false;
            }

            nextLook = simulator.Now + TimeSpan.FromSeconds(1);
            workload.Finish();
            var unfinished = check.FindUnfinished(workload.Clients.Open);
            if (unfinished is not null && (simulator.Now > until || simulator.Steps >= lastStep))
            {
                simulator.Fail(Promises.JobsEnd, unfinished);
            }

            return unfinished is null;
        });
    }
}
