using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sluice.Cli.Output;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue export</c>.</summary>
internal static class QueueExportCommand
{
    private const string JsonLines = "jsonl";
    private const string Csv = "csv";

    public static Command Create(CliEnvironment environment, Func<ParseResult, QueueClient> open)
    {
        var file = new Argument<string>("file")
        {
            Description = "Where to (default -, standard output)",
            DefaultValueFactory = _ => "-",
        };
        var format = new Option<string?>("--format")
        {
            Description = "jsonl: an object a line, as create takes it; or csv (default: by the file's name, or jsonl)",
            HelpName = "FORMAT",
        };
        format.CompletionSources.Add(JsonLines, Csv);
        format.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not (JsonLines or Csv))
            {
                result.AddError($"--format must be {JsonLines} or {Csv}, not '{token.Value}'");
            }
        });
        var command = new Command("export", "Write all jobs of a list, by id") { file, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = open(parsed);
            var path = parsed.GetValue(file)!;
            var isCsv = parsed.GetValue(format) is { } given
                ? given == Csv
                : path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
            var jobs = new QueuedJobPages(client, flagged: false).ReadRawAsync(cancellationToken);
            if (path == "-")
            {
                await using var output = environment.OpenOutput();
                await WriteAsync(jobs, output, isCsv, _ => { }, cancellationToken);
                return ExitCode.Done;
            }

            var count = await environment.Progress.ShowAsync(
                "reading jobs", say => WriteFileAsync(path, jobs, isCsv, say, cancellationToken));
            environment.Out.WriteLine($"{Numbers.Count(count, "job")} written to {path}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Written aside and then renamed: a file of that name is whole.</summary>
    private static async Task<int> WriteFileAsync(
        string path, IAsyncEnumerable<JsonElement> jobs, bool isCsv, Action<string> say,
        CancellationToken cancellationToken)
    {
        var aside = path + ".part";
        try
        {
            int count;
            await using (var output = File.Create(aside))
            {
                count = await WriteAsync(jobs, output, isCsv, say, cancellationToken);
            }

            File.Move(aside, path, overwrite: true);
            return count;
        }
        catch (Exception exception)
        {
            File.Delete(aside);
            throw exception is IOException or UnauthorizedAccessException
                ? CliFailure.Refused($"{path} cannot be written: {exception.Message}")
                : exception;
        }
    }

    private static async Task<int> WriteAsync(
        IAsyncEnumerable<JsonElement> jobs, Stream output, bool isCsv, Action<string> say,
        CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" };
        var count = 0;
        if (isCsv)
        {
            await writer.WriteLineAsync(JobCsv.Header);
        }

        await foreach (var job in jobs.WithCancellation(cancellationToken))
        {
            await writer.WriteLineAsync(isCsv ? JobCsv.Line(job) : job.GetRawText());
            if (++count % 10_000 == 0)
            {
                say($"{count} jobs read");
            }
        }

        return count;
    }
}
