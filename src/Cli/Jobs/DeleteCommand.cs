using System.CommandLine;
using Sluice.Cli.Client;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice delete</c>.</summary>
internal static class DeleteCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect, JobNames jobs)
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
        option.CompletionSources.Add(jobs.Complete);
        names.CompletionSources.Add(jobs.Complete);
        var output = GlobalOptions.Output();
        var command = new Command("delete", "End jobs and remove them") { names, option, output };
        var wait = WaitOptions.AddTo(command, "nothing of the jobs runs any more");
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
            var results = answer.Read<Deletions>().Results;
            if (wait.Read(parsed) is { } timeout)
            {
                string[] deleted = [.. results.Where(result => result.Deleted).Select(result => result.Name)];
                await new JobWait(client, environment, timeout).UntilGoneAsync(deleted, cancellationToken);
            }

            if (parsed.GetValue(output) == "json")
            {
                environment.Out.WriteLine(answer.Text);
                return ExitOf(results);
            }

            Report(environment, results);
            return ExitOf(results);
        });
        return command;
    }

    private static void Report(CliEnvironment environment, IReadOnlyList<Result> results)
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
    }

    private static int ExitOf(IReadOnlyList<Result> results) =>
        results.All(result => result.Deleted) ? ExitCode.Done : ExitCode.Failed;

    private sealed record Deletions(IReadOnlyList<Result> Results);

    private sealed record Result(string Name, bool Deleted, string? Message);
}
