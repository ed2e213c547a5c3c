using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice logs</c>.</summary>
internal static class LogsCommand
{
    private const int MaxRank = 1_000_000;

    /// <summary>
    /// Between two looks for more output; following one job costs the server four small reads a second.
    /// </summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A server that is being restarted is waited for this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect, JobNames jobs)
    {
        var name = new Argument<string>("name") { Description = "The job" };
        name.CompletionSources.Add(jobs.Complete);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the job has ended" };
        var rank = GlobalOptions.Integer("--rank", 0, MaxRank, "R", "The replica, from 0 (default)");
        var output = GlobalOptions.Output();
        output.Description = "table: the bytes as they are, or json: one object a piece, with its offset";
        var command = new Command("logs", "Print a job's output, all attempts, oldest first")
        {
            name, follow, rank, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            await using var sink = new LogSink(environment, parsed.GetValue(output) == "json");
            var reader = new Reader(client, parsed.GetValue(name)!, parsed.GetValue(rank) ?? 0, environment, sink);
            await reader.CopyAsync(parsed.GetValue(follow), cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private sealed class Reader(
        SluiceClient client, string name, int rank, CliEnvironment environment, LogSink output)
    {
        private long _offset;

        public async Task CopyAsync(bool follow, CancellationToken cancellationToken)
        {
            if (!follow)
            {
                await CopyAvailableAsync(cancellationToken);
                return;
            }

            var lastAnswerAt = environment.Time.GetTimestamp();
            while (true)
            {
                try
                {
                    // Asked before the copy: what the job wrote before it ended is then copied too.
                    var hasEnded = await HasEndedAsync(cancellationToken);
                    await CopyAvailableAsync(cancellationToken);
                    if (hasEnded)
                    {
                        return;
                    }

                    lastAnswerAt = environment.Time.GetTimestamp();
                }
                catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unreachable
                    && _offset > 0 && environment.Time.GetElapsedTime(lastAnswerAt) < Patience)
                {
                    // The output is where it was: the copy goes on at its offset once the server is back.
                }

                await Task.Delay(PollInterval, environment.Time, cancellationToken);
            }
        }

        private async Task CopyAvailableAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var page = await client.ReadLogAsync(name, rank, _offset, cancellationToken);
                if (page.Bytes.Length == 0)
                {
                    return;
                }

                await output.WriteAsync(_offset, page.Bytes, cancellationToken);
                _offset = page.NextOffset;
            }
        }

        private async Task<bool> HasEndedAsync(CancellationToken cancellationToken)
        {
            var answer = SluiceClient.Accepted(await client.DescribeAsync(name, cancellationToken));
            return answer.Read<JobDescription>().Job.Status is JobStatus.Completed or JobStatus.Failed;
        }
    }
}
