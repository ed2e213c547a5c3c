using System.CommandLine;
using Sluice.Cli.Client;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice scale</c>.</summary>
internal static class ScaleCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var name = new Option<string?>("--name")
        {
            Description = "The job; without it, the best candidate",
            HelpName = "JOB",
        };
        var output = GlobalOptions.Output();
        var command = new Command("scale", "Give a job as many GPUs as fit") { name, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.ScaleAsync(parsed.GetValue(name), cancellationToken));
            environment.Out.WriteLine(parsed.GetValue(output) == "json" ? answer.Text : Describe(answer.Read<Scaling>()));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(Scaling scaling)
    {
        var reason = scaling.Reason is { Length: > 0 } why ? $" ({why})" : "";
        return scaling switch
        {
            { Name: null } => "no job can use more GPUs now" + reason,
            { AtNextCheckpoint: { } next } =>
                $"{scaling.Name}: {scaling.Assigned} GPUs now, {next} from its next checkpoint on{reason}",
            _ when scaling.Previous == scaling.Assigned => $"{scaling.Name}: stays at {scaling.Assigned} GPUs{reason}",
            _ => $"{scaling.Name}: {scaling.Previous} -> {scaling.Assigned} GPUs{reason}",
        };
    }

    private sealed record Scaling(
        string? Name, int Previous = 0, int Assigned = 0, int? AtNextCheckpoint = null, string? Reason = null);
}
