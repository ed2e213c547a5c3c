using System.CommandLine;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue create</c>.</summary>
internal static class QueueCreateCommand
{
    public static Command Create(
        CliEnvironment environment, QueueNumberOptions numbers, Func<ParseResult, QueueNumber, QueueClient> open)
    {
        var file = new Argument<string>("file") { Description = "Jobs; - reads standard input" };
        var options = new QueueCreateOptions();
        var output = GlobalOptions.Output();
        output.Description = "table, or json: what was done";
        var command = new Command(
            "create", "Add jobs to a list; without a number, to a new one whose number is printed once") { file };
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        command.Add(output);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var redeliver = options.ReadRedeliver(parsed);
            var path = parsed.GetValue(file)!;
            var name = path == "-" ? "standard input" : path;
            await using var input = Open(path, environment);
            var format = JobsFormats.Of(parsed.GetValue(options.Format)!);
            await using var jobs =
                new JobsFile(input, name, format).ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            // Before anything is made or changed: a file that is none is found here.
            if (!await jobs.MoveNextAsync())
            {
                throw CliFailure.Refused($"{name} has no jobs");
            }

            var number = numbers.ReadOrMake(parsed);
            using var client = open(parsed, number);
            using var batch = new JobBatch(parsed.GetValue(options.Stage) ?? 0);
            var filling = new QueueFilling(environment, client, number, parsed.GetValue(output) == "json");
            await filling.RunAsync(
                new(options.ReadLifetimes(parsed), redeliver, parsed.GetValue(options.MaxAttempts)),
                jobs, batch, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Stream Open(string path, CliEnvironment environment)
    {
        try
        {
            return path == "-" ? environment.OpenInput()
                : Directory.Exists(path) ? throw CliFailure.Refused($"{path} is a directory, not a file of jobs")
                : File.OpenRead(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliFailure.Refused($"{path}: there is no such file");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Refused($"{path} cannot be read: {exception.Message}");
        }
    }
}
