using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Output;
using Spectre.Console;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue expired</c>.</summary>
internal static class QueueExpiredCommand
{
    private const int DefaultRows = 1000;
    private const int MaxRows = 1_000_000;
    private const int CommandLength = 60;

    public static Command Create(CliEnvironment environment, Func<ParseResult, QueueClient> open)
    {
        var limit = GlobalOptions.Integer(
            "--limit", 1, MaxRows, "N", $"The first N jobs (a table: default {DefaultRows}; json: all)");
        var output = GlobalOptions.Output();
        var command = new Command("expired", "List the jobs that are over the time of their stage") { limit, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = open(parsed);
            var pages = new QueuedJobPages(client, flagged: true);
            if (parsed.GetValue(output) == "json")
            {
                await pages.WriteJsonAsync(environment.Out, parsed.GetValue(limit) ?? int.MaxValue, cancellationToken);
                return ExitCode.Done;
            }

            var rows = parsed.GetValue(limit) ?? DefaultRows;
            var table = TableOutput.Columns("JOB", "STAGE", "SINCE", "IN HANDS", "FAILED", "COMMAND");
            var count = 0;
            await foreach (var job in pages.ReadAsync(cancellationToken))
            {
                if (++count > rows)
                {
                    break;
                }

                table.Row(
                    job.Jobid.ToString(CultureInfo.InvariantCulture),
                    $"{job.Jobstage}",
                    Numbers.Age(environment.Time.GetUtcNow() - job.DateCommitted),
                    job.HandedOut ? "yes" : "no",
                    $"{job.FailedAttempts}",
                    Numbers.Shorten(job.Jobcmd.GetRawText(), CommandLength));
            }

            Write(environment, table, count, rows);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(CliEnvironment environment, Table table, int count, int rows)
    {
        if (count == 0)
        {
            environment.Out.WriteLine("no job is over its time");
            return;
        }

        TableOutput.Write(environment, table);
        if (count > rows)
        {
            environment.Error.WriteLine($"sluice: these are the first {rows}; --limit N shows more");
        }
    }
}
