using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Spectre.Console;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice jobs</c>.</summary>
internal static class JobsCommand
{
    private const int DefaultRows = 1000;
    private const int MaxRows = 1_000_000;
    private const int ReasonLength = 60;

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var limit = GlobalOptions.Integer(
            "--limit", 1, MaxRows, "N", $"The first N jobs (a table: default {DefaultRows}; json: all)");
        var output = GlobalOptions.Output();
        var command = new Command("jobs", "List all jobs, in the order they were added") { limit, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            if (parsed.GetValue(output) == "json")
            {
                var all = await client.ListJobsAsync(parsed.GetValue(limit), cancellationToken);
                environment.Out.WriteLine(SluiceClient.Accepted(all).Text);
                return ExitCode.Done;
            }

            var rows = parsed.GetValue(limit) ?? DefaultRows;
            // One more than shown tells whether there are more.
            var answer = SluiceClient.Accepted(await client.ListJobsAsync(rows + 1, cancellationToken));
            await WriteTableAsync(environment, client, answer.Read<JobRecord[]>(), rows, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteTableAsync(
        CliEnvironment environment,
        SluiceClient client,
        JobRecord[] jobs,
        int rows,
        CancellationToken cancellationToken)
    {
        if (jobs.Length == 0)
        {
            environment.Out.WriteLine("no jobs");
            return;
        }

        var capacity = await client.GetCapacityAsync(cancellationToken);
        var allocations = capacity.IsSuccess ? capacity.Read<CapacityView>().Allocations : [];
        TableOutput.Write(environment, Table(jobs.Take(rows), allocations, environment.Time.GetUtcNow()));
        if (jobs.Length > rows)
        {
            environment.Error.WriteLine($"sluice: these are the first {rows}; --limit N shows more");
        }
    }

    private static Table Table(
        IEnumerable<JobRecord> jobs, IEnumerable<AllocationView> allocations, DateTimeOffset now)
    {
        var decided = new Dictionary<string, Allocation>();
        foreach (var allocation in allocations.Where(allocation => !allocation.IsEnding))
        {
            decided[allocation.JobName] = allocation.Decided;
        }

        var table = TableOutput.Columns("NAME", "STATUS", "GPUS", "EPOCHS", "CHECKPOINT", "RESTARTS", "REASON");
        foreach (var job in jobs)
        {
            table.Row(
                job.JobName,
                job.Status,
                JobText.Gpus(job),
                JobText.Epochs(job),
                JobText.CheckpointAge(job, now),
                $"{job.Restarts}",
                Numbers.Shorten(JobText.Reason(decided.GetValueOrDefault(job.JobName)), ReasonLength));
        }

        return table;
    }
}
