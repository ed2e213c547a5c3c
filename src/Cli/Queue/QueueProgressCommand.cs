using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Jobs;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.StageQueues;
using Spectre.Console;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue progress</c>.</summary>
internal static class QueueProgressCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, QueueClient> open)
    {
        var until = GlobalOptions.Integer(
            "--until", 1, StageQueueLimits.MaxStage, "STAGE",
            "With --wait: the stage in which a job is done (default: the highest that has a lifetime)");
        var output = GlobalOptions.Output();
        var command = new Command("progress", "Show how far a list is") { until, output };
        var wait = WaitOptions.AddTo(
            command, "all jobs are done, or one is flagged and no longer goes back by itself", defaultSeconds: null);
        command.Validators.Add(result =>
        {
            if (result.GetResult(until) is { Implicit: false } && result.GetResult("--wait") is null)
            {
                result.AddError("--until goes with --wait");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = open(parsed);
            var isJson = parsed.GetValue(output) == "json";
            var answer = await client.ReadProgressAsync(cancellationToken);
            if (wait.Read(parsed) is { } timeout)
            {
                var waiting = new QueueWait(client, environment, timeout, parsed.GetValue(until));
                answer = await ShowAsync(environment, isJson, waiting, answer, cancellationToken);
            }

            Write(environment, answer, isJson);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>At a terminal the bars move; elsewhere nothing is shown before the end.</summary>
    private static async Task<ServerAnswer> ShowAsync(
        CliEnvironment environment, bool isJson, QueueWait waiting, ServerAnswer first,
        CancellationToken cancellationToken)
    {
        if (!environment.IsTerminal || isJson)
        {
            return await waiting.UntilDoneAsync(first, _ => { }, cancellationToken);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Out) });
        return await QueueProgressView.ShowLiveAsync(
            console, show => waiting.UntilDoneAsync(first, show, cancellationToken));
    }

    private static void Write(CliEnvironment environment, ServerAnswer answer, bool isJson)
    {
        if (isJson)
        {
            environment.Out.WriteLine(answer.Text);
            return;
        }

        TableOutput.Write(environment, QueueProgressView.Picture(answer.Read<QueueReport>()));
    }
}
