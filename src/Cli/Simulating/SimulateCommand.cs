using System.CommandLine;
using Sluice.Simulation;

namespace Sluice.Cli.Simulating;

/// <summary><c>sluice simulate</c>: plays histories of the control plane under simulated crashes.</summary>
internal static class SimulateCommand
{
    private const int MaxHistories = 1_000_000;
    private const int MaxSteps = 1_000_000_000;

    public static Command Create(CliEnvironment environment)
    {
        var seed = GlobalOptions.Integer(
            "--seed", 0, int.MaxValue, "S",
            "Decides everything; that of the first history where there are several (default 1)");
        var steps = GlobalOptions.Integer("--steps", 1, MaxSteps, "N", "Steps of a history (default 10000)");
        var histories = GlobalOptions.Integer(
            "--histories", 1, MaxHistories, "H", "Histories, each with its seed (default 1)");
        var trace = new Option<bool>("--trace") { Description = "Print all that happens in the one history" };
        var only = new Option<string?>("--only")
        {
            Description = "Replay with these happenings only: names from a reduced history, separated by commas",
            HelpName = "NAMES",
        };
        var output = GlobalOptions.Output();
        var command = new Command("simulate", "Play histories of the control plane under simulated crashes and faults")
        {
            seed, steps, histories, trace, only, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(histories) > 1 && (result.GetValue(trace) || result.GetValue(only) is not null))
            {
                result.AddError("--trace and --only are for one history");
            }

            if (result.GetValue(output) == "json" && (result.GetValue(trace) || result.GetValue(only) is not null))
            {
                result.AddError("--trace and --only have no json form");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var plan = new HistoryPlan
            {
                Seed = (ulong)(parsed.GetValue(seed) ?? 1),
                Steps = parsed.GetValue(steps) ?? 10_000,
                Only = parsed.GetValue(only)?.Split(',').ToHashSet(),
            };
            var isTraced = parsed.GetValue(trace);
            return isTraced || plan.Only is not null
                ? PlayOneAsync(environment, plan, isTraced, cancellationToken)
                : new ManyHistories(environment, SimulationRun.PlayHistory).PlayAsync(
                    plan, parsed.GetValue(histories) ?? 1, parsed.GetValue(output) == "json", cancellationToken);
        });
        return command;
    }

    /// <summary>Ctrl-C ends it where it is: what was traced so far is printed.</summary>
    private static async Task<int> PlayOneAsync(
        CliEnvironment environment, HistoryPlan plan, bool isTraced, CancellationToken cancellationToken)
    {
        var result = await Task.Run(
            () => History.Play(plan, isTraced ? environment.Out : null, cancellationToken: cancellationToken),
            cancellationToken);
        environment.Out.WriteLine(
            result.Violation is { } violation ? $"violated: {violation}" : $"{result.Steps} steps, 0 violations");
        return result.Violation is null ? ExitCode.Done : ExitCode.Failed;
    }
}
