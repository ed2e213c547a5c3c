using System.Globalization;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Simulation;

namespace Sluice.Cli.Simulating;

/// <summary>
/// Plays histories, tells at once of each that broke a promise, and then reduces the one that is replayed soonest.
/// </summary>
internal sealed class ManyHistories(CliEnvironment environment, HistoryPlayer player)
{
    /// <summary>Ctrl-C ends it where it is: what was found so far is printed.</summary>
    public async Task<int> PlayAsync(
        HistoryPlan first, int histories, bool asJson, CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        var run = await environment.Progress.ShowAsync("playing histories", say => Task.Run(
            () =>
            {
                var run = new SimulationRun(player)
                {
                    OnProgress = (played, steps) =>
                        say(Pace(played, histories, steps, environment.Time.GetElapsedTime(began))),
                    OnFailing = failing => WriteFailing(failing, asJson ? environment.Error : environment.Out),
                };
                run.Play(first.Seed, histories, first.Steps, cancellationToken);
                return run;
            },
            cancellationToken));
        var elapsed = environment.Time.GetElapsedTime(began);
        if (!asJson)
        {
            WriteSummary(run, elapsed);
        }

        var failing = run.Failing.MinBy(failing => failing.Steps);
        var reduced = failing is null ? null : await ReduceAsync(failing, asJson, cancellationToken);
        if (asJson)
        {
            environment.Out.WriteLine(Json(run, elapsed, reduced));
        }

        return reduced is null ? ExitCode.Done : ExitCode.Failed;
    }

    private void WriteFailing(HistoryResult failing, TextWriter output)
    {
        environment.Progress.Write(output, $"seed {failing.Plan.Seed}: {failing.Violation}");
        environment.Progress.Write(output, $"    {ReplayCommand(failing)}");
    }

    /// <summary>Ctrl-C ends it where it is: the shortest so far is printed.</summary>
    private async Task<HistoryResult> ReduceAsync(
        HistoryResult failing, bool asJson, CancellationToken cancellationToken)
    {
        var what = $"reducing seed {failing.Plan.Seed}";
        var doing = what;
        Action<string> say = static _ => { };
        var reducer = new Reducer(
            failing,
            plan => player(plan, steps => say($"{doing}, {steps} steps"), cancellationToken),
            replay => say(doing = $"{what}: replay {replay} of at most {Reducer.MaxReplays}"));
        try
        {
            return await environment.Progress.ShowAsync(what, shown =>
            {
                say = shown;
                return Task.Run(reducer.Reduce, cancellationToken);
            });
        }
        finally
        {
            if (!asJson)
            {
                WriteReduced(failing, reducer.Shortest);
            }
        }
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

    private void WriteSummary(SimulationRun run, TimeSpan elapsed)
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
    }

    private void WriteReduced(HistoryResult failing, HistoryResult reduced)
    {
        if (failing.Happened is not { } happened)
        {
            environment.Out.WriteLine("not reduced: too much happened to leave some of it out");
            return;
        }

        environment.Out.WriteLine(
            $"reduced from {Numbers.Count(happened.Count, "happening")} to "
            + $"{Numbers.Count(reduced.Happened!.Count, "happening")}, in {reduced.Plan.Steps} steps: "
            + $"{reduced.Violation}");
        environment.Out.WriteLine(ReplayCommand(reduced));
    }

    private static string ReplayCommand(HistoryResult reduced)
    {
        var only = reduced.Plan.Only is null ? "" : $" --only '{string.Join(',', reduced.Happened!)}'";
        return $"./sluice simulate --seed {reduced.Plan.Seed} --steps {reduced.Plan.Steps}{only} --trace";
    }
}
