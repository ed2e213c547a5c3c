using System.CommandLine;
using System.Text.Json;
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
            return Report(environment, Results(answer, wanted));
        });
        return command;
    }

    private static int Report(CliEnvironment environment, IReadOnlyList<Result> results)
    {
        foreach (var result in results)
        {
            if (result.Problem is null)
            {
                environment.Out.WriteLine($"{result.Name} deleted");
            }
            else
            {
                environment.Error.WriteLine($"sluice: {result.Name}: {result.Problem}");
            }
        }

        return results.All(result => result.Problem is null) ? ExitCode.Done : ExitCode.Failed;
    }

    private static List<Result> Results(ServerAnswer answer, string[] wanted)
    {
        using var document = answer.Read<JsonDocument>();
        if (!document.RootElement.TryGetProperty("results", out var results))
        {
            return [.. wanted.Select(name => new Result(name, null))];
        }

        return
        [
            .. results.EnumerateArray().Select(result => new Result(
                result.GetProperty("name").GetString()!,
                result.TryGetProperty("error", out var error) ? error.GetString() : null)),
        ];
    }

    private sealed record Result(string Name, string? Problem);
}
