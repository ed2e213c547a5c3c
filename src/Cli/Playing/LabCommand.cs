using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Lab.Metrics;
using Sluice.Lab.Model;
using Sluice.Lab.Reports;
using Sluice.Lab.Workloads;

namespace Sluice.Cli.Playing;

/// <summary><c>sluice lab</c>: plays workloads against policies, and says how well each did.</summary>
internal static class LabCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var options = new LabOptions();
        var command = new Command("lab", "Play recorded or made-up workloads against policies, and measure them")
        {
            options.Data, options.Workload, options.Generate, options.Seed, options.Variants, options.Scenario,
            options.Policy, options.Gpus, options.Gang, options.Csv, options.Gantt, options.Decisions, options.Output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(options.Generate) is not null
                && (result.GetValue(options.Data) is not null || result.GetValue(options.Workload) is not null))
            {
                result.AddError("--generate makes workloads up; --data and --workload are for recorded ones");
            }

            if (result.GetValue(options.Output) == "json" && result.GetValue(options.Decisions) == "-")
            {
                result.AddError("--decisions - and --output json both write to standard output");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(environment, options, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CliEnvironment environment, LabOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var games = Games(environment, options, parsed);
        var (gantt, decisions) = (parsed.GetValue(options.Gantt), parsed.GetValue(options.Decisions));
        if (games.Length > 1 && (gantt ?? decisions) is not null)
        {
            throw CliFailure.Usage(
                $"{(gantt is null ? "--decisions" : "--gantt")} is for one game, and these are {games.Length}: "
                + "give one of --workload, --scenario and --policy each");
        }

        if (gantt is not null && games[0].Workload.Jobs.Length is > GanttChart.MaxRows and var jobs)
        {
            throw CliFailure.Usage($"--gantt: a picture shows at most {GanttChart.MaxRows} jobs, and there are {jobs}");
        }

        // Before hours are spent on what nobody could read then.
        using var csvFile = Create(parsed.GetValue(options.Csv), "--csv");
        using var ganttFile = Create(gantt, "--gantt");
        using var decisionsFile = Create(decisions == "-" ? null : decisions, "--decisions");
        var results = await environment.Progress.ShowAsync(
            $"0 of {Numbers.Count(games.Length, "game")}",
            say => Task.Run(() => new LabPlay(games, say).Run(cancellationToken), cancellationToken));
        if (decisions == "-")
        {
            WriteDecisions(environment.Out, results[0].Run);
        }
        else
        {
            Report(environment, [.. results.Select(one => one.Result)], parsed.GetValue(options.Output) == "json");
        }

        Write(csvFile, "--csv", writer => LabTable.WriteCsv(writer, results.Select(one => one.Result)));
        Write(ganttFile, "--gantt", writer => GanttChart.Write(writer, results[0].Run));
        Write(decisionsFile, "--decisions", writer => WriteDecisions(writer, results[0].Run));
        return ExitCode.Done;
    }

    private static ImmutableArray<LabGameOrder> Games(CliEnvironment environment, LabOptions options, ParseResult parsed)
    {
        var scenarios = LabOptions.Scenarios(parsed.GetValue(options.Scenario));
        var policies = LabOptions.Policies(parsed.GetValue(options.Policy));
        var seed = parsed.GetValue(options.Seed) ?? 1;
        var cluster = new LabCluster(parsed.GetValue(options.Gpus) ?? new LabCluster().GpuCount);
        var workloads = LabWorkloads.Find(
            environment,
            parsed.GetValue(options.Data),
            parsed.GetValue(options.Workload),
            parsed.GetValue(options.Generate),
            cluster.GpuCount,
            seed);
        if (parsed.GetValue(options.Variants) is { } variants)
        {
            workloads = LabWorkloads.Vary(workloads, variants, seed);
        }

        if (parsed.GetValue(options.Gang) is { } nodeGpus)
        {
            cluster = cluster with { NodeGpus = nodeGpus, IsPacked = true };
            workloads = [.. workloads.Select(workload => GangVariant.Of(workload, nodeGpus))];
        }

        foreach (var policy in policies.Where(policy => !scenarios.Any(policy.CanPlay)))
        {
            throw CliFailure.Usage($"--policy: {policy.Name} suspends jobs, which the scenario does not allow");
        }

        return
        [
            .. from scenario in scenarios
               from policy in policies
               where policy.CanPlay(scenario)
               from workload in workloads
               select new LabGameOrder(workload, scenario, cluster, policy),
        ];
    }

    private static void WriteDecisions(TextWriter writer, LabRun run)
    {
        foreach (var decision in run.Decisions)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{decision.At,12:F3}  {run.Workload.Jobs[decision.Job].Name,-16} {decision.From,4} -> {decision.To,-4} "
                + $"{(decision.LossSeconds > 0 ? $"undoes {decision.LossSeconds:F1} s; " : "")}{decision.Reason}"));
        }
    }

    private static FileStream? Create(string? path, string option) => path is null
        ? null
        : OrRefused(
            option, () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));

    private static void Write(FileStream? file, string option, Action<TextWriter> write)
    {
        if (file is not null)
        {
            OrRefused(option, () =>
            {
                using var writer = new StreamWriter(file, leaveOpen: true);
                write(writer);
                return file;
            });
        }
    }

    private static FileStream OrRefused(string option, Func<FileStream> use)
    {
        try
        {
            return use();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw CliFailure.Refused($"{option}: {exception.Message}");
        }
    }

    private static void Report(CliEnvironment environment, ImmutableArray<LabResult> results, bool asJson)
    {
        ImmutableArray<LabResult> all = [.. results.GroupBy(one => (one.Scenario, one.Policy)).SelectMany(WithMean)];
        if (asJson)
        {
            environment.Out.WriteLine(ServerAnswer.Write(all.Select(one => new
            {
                one.Scenario,
                ClusterGpus = one.GpuCount,
                one.Workload,
                one.Policy,
                Metrics = LabTable.Columns.ToDictionary(column => column.Name, column => column.Value(one.Metrics)),
            })));
            return;
        }

        var table = TableOutput.Columns(
            ["SCENARIO", "POLICY", "WORKLOAD", .. LabTable.Columns.Select(column => column.Heading)]);
        foreach (var one in all)
        {
            table.Row(
                [
                    one.Scenario, one.Policy, one.Workload,
                    .. LabTable.Columns.Select(column => Numbers.Fixed(column.Value(one.Metrics), column.Digits)),
                ]);
        }

        TableOutput.Write(environment, table);
    }

    private static IEnumerable<LabResult> WithMean(IEnumerable<LabResult> group)
    {
        LabResult[] rows = [.. group];
        return rows.Length == 1
            ? rows
            : [.. rows, rows[0] with { Workload = "mean", Metrics = LabMetrics.Mean([.. rows.Select(one => one.Metrics)]) }];
    }
}
