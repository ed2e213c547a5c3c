using System.CommandLine;
using System.Text.Json;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue redo</c>.</summary>
internal static class QueueRedoCommand
{
    private const string MovedField = "n_bad_jobs were degraded:";

    public static Command Create(CliEnvironment environment, Func<ParseResult, QueueClient> open)
    {
        var stage = new Argument<int>("stage")
        {
            Description = "The stage in which they are over their time",
            HelpName = "STAGE",
        };
        stage.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && !Numbers.TryParse(token.Value, 0, StageQueueLimits.MaxStage, out _))
            {
                result.AddError(
                    $"STAGE must be a whole number from 0 to {StageQueueLimits.MaxStage}, not '{token.Value}'");
            }
        });
        var to = GlobalOptions.Integer(
            "--to", 0, StageQueueLimits.MaxStage, "STAGE",
            "Where they wait from now on (default: of an odd stage the one before it, of an even one itself)");
        var output = GlobalOptions.Output();
        var command = new Command("redo", "Let the jobs of a stage that are over their time be done again")
        {
            stage, to, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = open(parsed);
            var bad = parsed.GetValue(stage);
            var redo = parsed.GetValue(to) ?? bad - bad % 2;
            var answer = await client.RedoAsync(bad, redo, cancellationToken);
            environment.Out.WriteLine(
                parsed.GetValue(output) == "json" ? answer.Text : Describe(MovedIn(answer), bad, redo));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(int moved, int bad, int redo) => moved switch
    {
        0 => $"no job of stage {bad} is over its time",
        1 => $"1 job of stage {bad} waits in stage {redo}",
        _ => $"{moved} jobs of stage {bad} wait in stage {redo}",
    };

    private static int MovedIn(ServerAnswer answer)
    {
        using var document = answer.Read<JsonDocument>();
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty(MovedField, out var moved) && moved.TryGetInt32(out var count)
                ? count
                : throw CliFailure.Refused($"the server's answer is not understood (it has no {MovedField})");
    }
}
