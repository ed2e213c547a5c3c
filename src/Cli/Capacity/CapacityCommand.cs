using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Jobs;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Spectre.Console;

namespace Sluice.Cli.Capacity;

/// <summary><c>sluice capacity</c>.</summary>
internal static class CapacityCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var output = GlobalOptions.Output();
        var command = new Command("capacity", "Show nodes, free GPUs, who holds them, who waits and why") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.GetCapacityAsync(cancellationToken));
            if (parsed.GetValue(output) == "json")
            {
                environment.Out.WriteLine(answer.Text);
                return ExitCode.Done;
            }

            Write(environment, answer.Read<CapacityView>());
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(CliEnvironment environment, CapacityView view)
    {
        if (view.Nodes.IsEmpty)
        {
            environment.Out.WriteLine("no nodes");
        }
        else
        {
            TableOutput.Write(environment, Nodes(view));
        }

        if (!view.Allocations.IsEmpty)
        {
            environment.Out.WriteLine();
            TableOutput.Write(environment, Allocations(view));
        }

        if (!view.Quotas.IsEmpty)
        {
            environment.Out.WriteLine();
            TableOutput.Write(environment, Quotas(view));
        }

        environment.Out.WriteLine();
        environment.Out.WriteLine($"policy: {view.Policy}");
    }

    private static Table Nodes(CapacityView view)
    {
        var table = TableOutput.Columns("NODE", "GPUS", "FREE", "HELD BY");
        foreach (var node in view.Nodes)
        {
            var holders = view.Allocations.SelectMany(allocation =>
                On(node, allocation.Decided.Blocks).Select(block => $"{allocation.JobName} ({Gpus(block)})").Concat(
                    On(node, allocation.GivingBack)
                        .Select(block => $"{allocation.JobName} (giving back {Gpus(block)})")));
            table.Row(
                node.Name + (node.IsSimulated ? " (simulated)" : ""),
                $"{node.GpuCount}",
                $"{node.FreeGpus}",
                string.Join(", ", holders));
        }

        return table;
    }

    private static IEnumerable<GpuBlock> On(NodeView node, IEnumerable<GpuBlock> blocks) =>
        blocks.Where(block => block.Node == node.Name && !block.Gpus.IsEmpty);

    private static string Gpus(GpuBlock block) => string.Join(',', block.Gpus);

    private static Table Allocations(CapacityView view)
    {
        var table = TableOutput.Columns("JOB", "HOLDS", "STATE", "REASON");
        foreach (var allocation in view.Allocations)
        {
            table.Row(
                allocation.JobName,
                $"{allocation.HeldGpus}",
                StateOf(allocation),
                JobText.Reason(allocation.Decided));
        }

        return table;
    }

    /// <summary>More is held than decided until the executor has given it back.</summary>
    private static string StateOf(AllocationView allocation)
    {
        var decided = allocation.Decided.Blocks.Sum(block => block.Gpus.Length);
        return allocation switch
        {
            { IsEnding: true } => "ending",
            { Decided.IsAdmitted: false, HeldGpus: 0 } => "waits",
            _ when allocation.HeldGpus > decided => $"giving back {allocation.HeldGpus - decided}",
            _ => "holds",
        };
    }

    private static Table Quotas(CapacityView view)
    {
        var table = TableOutput.Columns("NAMESPACE", "QUOTA", "USED");
        foreach (var quota in view.Quotas)
        {
            table.Row(quota.Namespace, $"{quota.Limit}", $"{quota.Used}");
        }

        return table;
    }
}
