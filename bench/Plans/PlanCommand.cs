using System.CommandLine;
using System.Globalization;
using Sluice.Scheduling.Placement;

namespace Sluice.Bench.Plans;

/// <summary><c>bench plan</c>: how long a policy takes to decide.</summary>
internal static class PlanCommand
{
    private const int MostJobs = 100_000;
    private const int MostNodes = 10_000;

    public static Command Create()
    {
        var jobs = new Option<int>("--active")
        {
            Description = $"Jobs that wait or run, 1 to {MostJobs} (default 1000)",
            DefaultValueFactory = _ => 1_000,
        };
        var nodes = new Option<int>("--nodes")
        {
            Description = $"Nodes of 8 GPUs, 1 to {MostNodes} (default 512)",
            DefaultValueFactory = _ => 512,
        };
        var command = new Command("plan", "Measures how long each policy takes to decide") { jobs, nodes };
        command.SetAction(parsed =>
        {
            var active = (int)BenchCommand.InRange("--active", parsed.GetValue(jobs), 1, MostJobs);
            var count = (int)BenchCommand.InRange("--nodes", parsed.GetValue(nodes), 1, MostNodes);
            Console.WriteLine("| policy | jobs | GPUs | waiting | a notification, median ms | p99 ms | all anew, ms |");
            Console.WriteLine("| ------ | ---: | ---: | ------: | ------------------------: | -----: | -----------: |");
            foreach (var name in PolicyCatalog.Names)
            {
                var result = new PlanRun(name, active, count).Run();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {active} | {count * PlanRun.GpusOfNode} | {result.Waiting} | {result.MedianMs:0.0} | "
                    + $"{result.P99Ms:0.0} | {result.AnewMs:0.0} |"));
            }
        });
        return command;
    }
}
