using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice job</c>.</summary>
internal static class JobCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect, JobNames jobs)
    {
        var name = new Argument<string>("name") { Description = "The job" };
        name.CompletionSources.Add(jobs.Complete);
        var output = GlobalOptions.Output();
        var command = new Command("job", "Show all that is known of one job") { name, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.DescribeAsync(parsed.GetValue(name)!, cancellationToken));
            if (parsed.GetValue(output) == "json")
            {
                environment.Out.WriteLine(answer.Text);
                return ExitCode.Done;
            }

            foreach (var (label, value) in Facts(answer.Read<JobDescription>(), environment.Time.GetUtcNow()))
            {
                environment.Out.WriteLine($"{label + ":",-17}{value.ReplaceLineEndings(" ")}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What is not known of the job has no line.</summary>
    private static IEnumerable<(string Label, string Value)> Facts(JobDescription description, DateTimeOffset now)
    {
        var job = description.Job;
        ImmutableArray<(string Label, string? Value)> facts =
        [
            ("name", job.JobName),
            ("kind", description.IsManaged ? description.Kind : "external: somebody else runs it"),
            ("namespace", description.Namespace),
            ("uid", description.Uid),
            ("status", job.Status),
            ("gpus", $"{job.GpuAssigned} a replica, range {JobText.FullRange(job)}"),
            ("placement", description.Placement),
            ("reason", description.Reason),
            ("generation", description.Generation > 0 ? Invariant(description.Generation) : null),
            ("next checkpoint", description.AtNextCheckpoint is { } next ? $"{next} GPUs a replica" : null),
            ("scale mode", description.ScaleMode),
            ("epochs", JobText.Epochs(job)),
            ("last checkpoint", job.TimeBwCheckpoints is null ? "none yet" : JobText.CheckpointAge(job, now) + " ago"),
            ("between the two", job.TimeBwCheckpoints is { } span ? Numbers.Short(span.Value) + " s" : null),
            ("arrived", At(job.JobArrivalTime.Value)),
            ("started", At(description.StartedAt)),
            ("ended", At(description.EndedAt)),
            ("attempt", description.Attempt > 0 ? Invariant(description.Attempt) : null),
            ("restarts", Invariant(job.Restarts)),
            ("exit status", description.ExitCode is { } code ? Invariant(code) : null),
            ("message", description.Message),
            ("starts again", At(description.NotBefore)),
        ];
        return facts.AddRange(job.Extra.Select(extra => (extra.Name, (string?)extra.Json)))
            .Where(fact => !string.IsNullOrEmpty(fact.Value))
            .Select(fact => (fact.Label, fact.Value!));
    }

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? At(DateTimeOffset? instant) => instant is { } known ? Numbers.At(known) : null;

    // The contract allows times that no calendar has.
    private static string At(double secondsSinceEpoch) => secondsSinceEpoch is > -6e10 and < 2.5e11
        ? At(DateTimeOffset.FromUnixTimeMilliseconds((long)(secondsSinceEpoch * 1000)))!
        : Numbers.Short(secondsSinceEpoch);
}
