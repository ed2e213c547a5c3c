using System.CommandLine;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice scale</c>.</summary>
internal static class ScaleCommand
{
    private const int MaxGpus = 1_000_000;

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect, JobNames jobs)
    {
        var name = new Option<string?>("--name", "-n")
        {
            Description = "The job; without it, the best candidate",
            HelpName = "JOB",
        };
        name.CompletionSources.Add(jobs.Complete);
        var gpus = GlobalOptions.Integer(
            "--gpus", 0, MaxGpus, "N", "GPUs a replica that it is to have; it gets what its range and the room allow");
        var output = GlobalOptions.Output();
        var command = new Command("scale", "Give a job as many GPUs as fit, or as many as are wished for")
        {
            name, gpus, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(gpus) is { Implicit: false } && result.GetResult(name) is null or { Implicit: true })
            {
                result.AddError("--gpus goes with --name");
            }
        });
        var wait = WaitOptions.AddTo(command, "the job runs with what it got");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var scaling = parsed.GetValue(gpus) is { } wish
                ? await WishAsync(client, parsed.GetValue(name)!, wish, cancellationToken)
                : await ScaleAsync(client, parsed.GetValue(name), cancellationToken);
            if (wait.Read(parsed) is { } timeout && scaling.Result.Name is { } scaled)
            {
                var waiting = new JobWait(client, environment, timeout);
                var wanted = scaling.Result.AtNextCheckpoint ?? scaling.Result.Assigned;
                await waiting.UntilItRunsWithAsync(scaled, wanted, cancellationToken);
            }

            environment.Out.WriteLine(
                parsed.GetValue(output) == "json" ? scaling.Json : Describe(scaling.Result, parsed.GetValue(gpus)));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(Scaling Result, string Json)> ScaleAsync(
        SluiceClient client, string? name, CancellationToken cancellationToken)
    {
        var answer = SluiceClient.Accepted(await client.ScaleAsync(name, cancellationToken));
        return (answer.Read<Scaling>(), answer.Text);
    }

    /// <summary>On a job that somebody else runs the same request would only write into its record.</summary>
    private static async Task<(Scaling Result, string Json)> WishAsync(
        SluiceClient client, string name, int gpus, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(client, name, cancellationToken);
        if (!before.IsManaged)
        {
            throw CliFailure.Refused($"{name} is run by somebody else");
        }

        if (before.Job.Status is JobStatus.Completed or JobStatus.Failed)
        {
            throw CliFailure.Refused($"{name} has ended");
        }

        SluiceClient.Accepted(await client.WishAsync(name, gpus, cancellationToken));
        var after = await ReadAsync(client, name, cancellationToken);
        var scaling = new Scaling(
            name, before.Job.GpuAssigned, after.Job.GpuAssigned, after.AtNextCheckpoint, after.Reason);
        return (scaling, ServerAnswer.Write(scaling));
    }

    private static async Task<JobDescription> ReadAsync(
        SluiceClient client, string name, CancellationToken cancellationToken) =>
        SluiceClient.Accepted(await client.DescribeAsync(name, cancellationToken)).Read<JobDescription>();

    private static string Describe(Scaling scaling, int? wish)
    {
        var reason = scaling.Reason is { Length: > 0 } why ? $" ({why})" : "";
        var got = scaling.AtNextCheckpoint ?? scaling.Assigned;
        var missed = wish is { } wanted && wanted != got ? $", not {wanted}" : "";
        return scaling switch
        {
            { Name: null } => "no job can use more GPUs now" + reason,
            { AtNextCheckpoint: { } next } =>
                $"{scaling.Name}: {Numbers.Count(scaling.Assigned, "GPU")} now, {next} from its next checkpoint on"
                    + missed + reason,
            _ when scaling.Previous == scaling.Assigned =>
                $"{scaling.Name}: stays at {Numbers.Count(scaling.Assigned, "GPU")}{missed}{reason}",
            _ => $"{scaling.Name}: {scaling.Previous} -> {Numbers.Count(scaling.Assigned, "GPU")}{missed}{reason}",
        };
    }

    private sealed record Scaling(
        string? Name, int Previous = 0, int Assigned = 0, int? AtNextCheckpoint = null, string? Reason = null);
}
