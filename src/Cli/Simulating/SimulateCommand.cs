using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Client;
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
                : PlayManyAsync(
                    environment, plan, parsed.GetValue(histories) ?? 1, parsed.GetValue(output) == "json",
                    cancellationToken);
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

    private static async Task<int> PlayManyAsync(
        CliEnvironment environment, HistoryPlan first, int histories, bool asJson, CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        var run = await environment.Progress.ShowAsync("playing histories", say => Task.Run(
            () => SimulationRun.Play(
                first.Seed, histories, first.Steps,
                (played, steps) => say(Pace(played, histories, steps, environment.Time.GetElapsedTime(began))),
                cancellationToken),
            cancellationToken));
        var elapsed = environment.Time.GetElapsedTime(began);
        var reduced = run.Failing.Count == 0 ? null : await ReduceAsync(environment, run.Failing[0], cancellationToken);
        if (asJson)
        {
            environment.Out.WriteLine(Json(run, elapsed, reduced));
        }
        else
        {
            WriteSummary(environment, run, elapsed);
            if (reduced is not null)
            {
                WriteReduced(environment, run.Failing[0], reduced);
            }
        }

        return reduced is null ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Json(SimulationRun run, TimeSpan elapsed, HistoryResult? reduced) => ServerAnswer.Write(new
    {
        run.Histories,
        run.Steps,
        SimulatedSeconds = run.VirtualTime.TotalSeconds,
        ElapsedSeconds = elapsed.TotalSeconds,
        run.Counts,
        Violations = run.Failing.Select(failing => new
        {
            failing.Plan.Seed,
            What = failing.Violation?.ToString(),
        }),
        Replay = reduced is null ? null : ReplayCommand(reduced),
    });

    private static string Pace(int played, int histories, long steps, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{played} of {histories} histories, {steps} steps, {steps / elapsed.TotalSeconds:F0} a second");

    private static void WriteSummary(CliEnvironment environment, SimulationRun run, TimeSpan elapsed)
    {
        foreach (var (what, count) in run.Counts)
        {
            environment.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12}  {what}"));
        }

        environment.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Histories} histories, {run.Steps} steps, {run.VirtualTime.TotalHours:F1} simulated hours in "
            + $"{elapsed.TotalSeconds:F1} s: {run.Steps / Math.Max(0.001, elapsed.TotalSeconds):F0} steps a second, "
            + $"{run.Failing.Count} violations"));
        foreach (var failing in run.Failing)
        {
            environment.Out.WriteLine($"seed {failing.Plan.Seed}: {failing.Violation}");
        }
    }

    private static Task<HistoryResult> ReduceAsync(
        CliEnvironment environment, HistoryResult failing, CancellationToken cancellationToken)
    {
        var what = $"reducing seed {failing.Plan.Seed}";
        return environment.Progress.ShowAsync(what, say => Task.Run(
            () => new Reducer(
                plan => History.Play(plan, cancellationToken: cancellationToken),
                replay => say($"{what}: replay {replay} of at most {Reducer.MaxReplays}")).Reduce(failing),
            cancellationToken));
    }

    private static void WriteReduced(CliEnvironment environment, HistoryResult failing, HistoryResult reduced)
    {
        environment.Out.WriteLine(
            $"reduced from {failing.Happened.Count} happenings to {reduced.Happened.Count}, "
            + $"in {reduced.Plan.Steps} steps: {reduced.Violation}");
        environment.Out.WriteLine(ReplayCommand(reduced));
    }

    private static string ReplayCommand(HistoryResult reduced) =>
        $"./sluice simulate --seed {reduced.Plan.Seed} --steps {reduced.Plan.Steps} "
        + $"--only '{string.Join(',', reduced.Happened)}' --trace";
}
