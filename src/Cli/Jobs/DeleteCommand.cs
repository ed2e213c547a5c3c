using System.CommandLine;
using Sluice.Cli.Client;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice delete</c>.</summary>
internal static class DeleteCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var option = new Option<string[]>("--name", "-n")
        {
            Description = "A job to delete; may be given several times",
            HelpName = "JOB",
            DefaultValueFactory = _ => [],
        };
        var names = new Argument<string[]>("names")
        {
            Description = "Jobs to delete",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("delete", "End jobs and remove them") { names, option };
        command.Validators.Add(result =>
        {
            if (result.GetResult(option)?.Tokens is null or [] && result.GetResult(names)?.Tokens is null or [])
            {
                result.AddError("name at least one job to delete");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] wanted = [.. parsed.GetValue(option)!.Concat(parsed.GetValue(names)!).Distinct()];
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.DeleteAsync(wanted, cancellationToken));
            return Report(environment, answer.Read<Deletions>().Results);
        });
        return command;
    }

    private static int Report(CliEnvironment environment, IReadOnlyList<Result> results)
    {
        foreach (var result in results)
        {
            if (result.Deleted)
            {
                environment.Out.WriteLine($"{result.Name} deleted");
            }
            else
            {
                environment.Error.WriteLine($"sluice: {result.Name}: {result.Message}");
            }
        }

        return results.All(result => result.Deleted) ? ExitCode.Done : ExitCode.Failed;
    }

    private sealed record Deletions(IReadOnlyList<Result> Results);

    private sealed record Result(string Name, bool Deleted, string? Message);
}
