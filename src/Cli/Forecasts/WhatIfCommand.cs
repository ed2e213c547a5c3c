using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Jobs;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Cli.Forecasts;

/// <summary><c>sluice whatif</c>.</summary>
internal static class WhatIfCommand
{
    /// <summary>Changes that are shown; <c>-o json</c> has more.</summary>
    private const int MaxChanges = 12;

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "Manifest: one Pod, Job or PyTorchJob as YAML; - reads standard input",
            HelpName = "FILE",
            Required = true,
        };
        var seconds = GlobalOptions.Integer(
            "--seconds", 1, WhatIf.MaxSeconds, "N",
            "How long it trains with its least GPUs (default: like the jobs that have shown it)");
        var output = GlobalOptions.Output();
        var command = new Command("whatif", "Tell what would happen if a job came now; nothing of it is done")
        {
            file, seconds, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var manifest = await ManifestFile.ReadAsync(parsed.GetValue(file)!, environment, cancellationToken);
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(
                await client.AskWhatIfAsync(manifest, parsed.GetValue(seconds), cancellationToken));
            if (parsed.GetValue(output) == "json")
            {
                environment.Out.WriteLine(answer.Text);
                return ExitCode.Done;
            }

            Write(environment, answer.Read<WhatIfAnswer>(), environment.Time.GetUtcNow());
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(CliEnvironment environment, WhatIfAnswer answer, DateTimeOffset now)
    {
        var job = answer.Job!;
        var gpus = job.StartGpus is { } count ? $" with {Numbers.Count(count, "GPU")}" : "";
        environment.Out.WriteLine(answer.Queue is { } place
            ? $"{job.JobName} would wait, {ForecastText.Place(place)}; "
                + $"starts: {ForecastText.At(job.StartsAt, now)}{gpus}"
            : $"{job.JobName} would start at once{gpus}");
        environment.Out.WriteLine($"ends: {ForecastText.At(job.EndsAt, now)}; {job.Basis}");
        if (!answer.Expected.IsEmpty)
        {
            environment.Out.WriteLine();
            TableOutput.Write(environment, Changes(answer.Expected.Take(MaxChanges)));
        }

        environment.Out.WriteLine();
        if (answer.Others.IsEmpty)
        {
            environment.Out.WriteLine("no other job would start or end at another time, as far as anybody can tell");
        }
        else
        {
            TableOutput.Write(environment, Others(answer, now));
        }

        if (answer.IsCutShort)
        {
            environment.Out.WriteLine(ForecastText.CutShort);
        }
    }

    private static Spectre.Console.Table Changes(IEnumerable<ExpectedChange> changes)
    {
        var table = TableOutput.Columns("AT", "JOB", "CHANGE", "REASON");
        foreach (var change in changes)
        {
            table.Row(Numbers.At(change.At), change.JobName, ForecastText.Change(change), change.Reason);
        }

        return table;
    }

    private static Spectre.Console.Table Others(WhatIfAnswer answer, DateTimeOffset now)
    {
        var table = TableOutput.Columns("OTHER JOB", "AT ONCE", "WOULD START", "WOULD END");
        foreach (var (without, with, gpus) in answer.Others)
        {
            table.Row(
                with.JobName,
                gpus is { } count ? Numbers.Count(count, "GPU") : "",
                ForecastText.Shift(without.StartsAt, with.StartsAt)
                    + (with.StartGpus == without.StartGpus || with.StartGpus is not { } first
                        ? ""
                        : $" with {Numbers.Count(first, "GPU")}"),
                with.EndsAt is null
                    ? ForecastText.At(null, now)
                    : $"{Numbers.At(with.EndsAt.Value)} {ForecastText.Shift(without.EndsAt, with.EndsAt)}".TrimEnd());
        }

        return table;
    }
}
