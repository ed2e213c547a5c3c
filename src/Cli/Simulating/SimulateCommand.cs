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

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

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
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () => Run(
                environment,
                (ulong)(parsed.GetValue(seed) ?? 1),
                parsed.GetValue(steps) ?? 10_000,
                parsed.GetValue(histories) ?? 1,
                parsed.GetValue(trace),
                parsed.GetValue(only),
                parsed.GetValue(output) == "json",
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static int Run(
        CliEnvironment environment,
        ulong seed,
        long steps,
        int histories,
        bool isTraced,
        string? only,
        bool asJson,
        CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        if (isTraced || only is not null)
        {
            var plan = new HistoryPlan { Seed = seed, Steps = steps, Only = only?.Split(',').ToHashSet() };
            var result = History.Play(plan, isTraced ? environment.Out : null);
            environment.Out.WriteLine(
                result.Violation is { } violation ? $"violated: {violation}" : $"{result.Steps} steps, 0 violations");
            return result.Violation is null ? ExitCode.Done : ExitCode.Failed;
        }

        var run = SimulationRun.Play(seed, histories, steps, ShowProgress(environment, histories), cancellationToken);
        var elapsed = environment.Time.GetElapsedTime(began);
        var reduced = run.Failing.Count == 0 ? null : Reduce(environment, run.Failing[0]);
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

    private static Action<int, long> ShowProgress(CliEnvironment environment, int histories)
    {
        var shown = environment.Time.GetTimestamp();
        var began = shown;
        return (played, steps) =>
        {
            if (environment.Time.GetElapsedTime(shown) >= ProgressInterval)
            {
                shown = environment.Time.GetTimestamp();
                var pace = steps / environment.Time.GetElapsedTime(began).TotalSeconds;
                environment.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{played} of {histories} histories, {steps} steps, {pace:F0} a second"));
            }
        };
    }

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

    private static HistoryResult Reduce(CliEnvironment environment, HistoryResult failing)
    {
        environment.Error.WriteLine($"reducing seed {failing.Plan.Seed}…");
        return new Reducer(plan => History.Play(plan)).Reduce(failing);
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
