using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Events;
using Sluice.Cli.Jobs;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Forecasts;

/// <summary><c>sluice why</c>.</summary>
internal static class WhyCommand
{
    public static Command Create(
        CliEnvironment environment, Func<ParseResult, SluiceClient> connect, Jobs.JobNames jobs)
    {
        var name = new Argument<string>("name") { Description = "The job" };
        name.CompletionSources.Add(jobs.Complete);
        var output = GlobalOptions.Output();
        var command = new Command("why", "Tell why a job has what it has, what it waits for, and when it is done")
        {
            name, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.ExplainAsync(parsed.GetValue(name)!, cancellationToken));
            if (parsed.GetValue(output) == "json")
            {
                environment.Out.WriteLine(answer.Text);
                return ExitCode.Done;
            }

            Write(environment, answer.Read<JobExplanation>());
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(CliEnvironment environment, JobExplanation explanation)
    {
        foreach (var (label, value) in Facts(explanation, environment.Time.GetUtcNow()))
        {
            environment.Out.WriteLine($"{(label.Length > 0 ? label + ":" : ""),-17}{value.ReplaceLineEndings(" ")}");
        }

        if (explanation.Events.IsEmpty)
        {
            return;
        }

        environment.Out.WriteLine();
        var lines = new EventLines(explanation.Events);
        foreach (var happened in explanation.Events)
        {
            environment.Out.WriteLine(lines.Of(happened));
        }
    }

    private static IEnumerable<(string Label, string Value)> Facts(JobExplanation explanation, DateTimeOffset now)
    {
        var (description, job) = (explanation.Job, explanation.Job.Job);
        yield return ("name", job.JobName);
        yield return ("status", description.IsManaged ? job.Status : $"{job.Status}; somebody else runs it");
        yield return ("gpus", $"{job.GpuAssigned} a replica, range {JobText.FullRange(job)}");
        if ((description.Reason ?? description.Message) is { Length: > 0 } reason)
        {
            yield return ("reason", reason);
        }

        if (explanation.Allocation is not { } allocation)
        {
            yield break;
        }

        if (allocation.Queue is { } place)
        {
            yield return ("place in queue", ForecastText.Place(place));
            yield return ("starts", ForecastText.At(allocation.Outlook.StartsAt, now)
                + (allocation.Outlook.StartGpus is { } gpus ? $", with {Numbers.Count(gpus, "GPU")}" : ""));
        }

        yield return ("ends", ForecastText.At(allocation.Outlook.EndsAt, now));
        yield return ("as known", allocation.Outlook.Basis);
        if (allocation.IsCutShort)
        {
            yield return ("", ForecastText.CutShort);
        }

        foreach (var (label, value) in Speed(allocation).Concat(Expected(allocation)))
        {
            yield return (label, value);
        }
    }

    private static IEnumerable<(string Label, string Value)> Speed(AllocationOutlook allocation)
    {
        foreach (var (pace, place) in allocation.Pace.Select((pace, place) => (pace, place)))
        {
            yield return (place == 0 ? "speed" : "",
                $"{Numbers.Short(pace.SecondsPerEpoch)} s an epoch with {Numbers.Count(pace.GpuCount, "GPU")}");
        }

        if (allocation.RestartSeconds is { } restart)
        {
            yield return ("restart", $"{Numbers.Short(restart)} s until the first epoch");
        }
    }

    private static IEnumerable<(string Label, string Value)> Expected(AllocationOutlook allocation) =>
        allocation.Expected.Select((change, place) => (
            place == 0 ? "expected" : "",
            $"{Numbers.At(change.At)} {ForecastText.Change(change)}: {change.Reason}"));
}
