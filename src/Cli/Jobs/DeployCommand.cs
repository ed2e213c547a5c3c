using System.CommandLine;
using System.Net;
using System.Text.Json;
using Sluice.Cli.Client;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary><c>sluice deploy</c>.</summary>
internal static class DeployCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "Manifest: one Pod, Job or PyTorchJob as YAML; - reads standard input",
            HelpName = "FILE",
            Required = true,
        };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Only show what is read and what would be applied; needs no server",
        };
        var output = GlobalOptions.Output();
        var command = new Command("deploy", "Deploy a job from a manifest") { file, dryRun, output };
        var wait = WaitOptions.AddTo(command, "the job runs, or has ended");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asJson = parsed.GetValue(output) == "json";
            var manifest = await ManifestFile.ReadAsync(parsed.GetValue(file)!, environment, cancellationToken);
            if (parsed.GetValue(dryRun))
            {
                DryRun.Write(environment, manifest, asJson);
                return ExitCode.Done;
            }

            using var client = connect(parsed);
            var answer = SluiceClient.Accepted(await client.DeployAsync(manifest, cancellationToken));
            if (!asJson || wait.Read(parsed) is null)
            {
                environment.Out.WriteLine(asJson ? answer.Text : Describe(answer));
            }

            if (wait.Read(parsed) is { } timeout)
            {
                var waiting = new JobWait(client, environment, timeout);
                var seen = await waiting.UntilItRunsAsync(JobOf(answer).JobName, cancellationToken);
                environment.Out.WriteLine(asJson ? seen.Text : JobText.Now(seen.Job));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(ServerAnswer answer)
    {
        var job = JobOf(answer);
        var done = answer.Status == HttpStatusCode.Created ? "deployed" : "is there already, unchanged";
        var allotment = job.GpuAssigned > 0 || job.GpuReq == 0
            ? $"allotted {job.GpuAssigned}"
            : "waiting for room";
        var reason = answer.Find("reason") is { Length: > 0 } why ? $" ({why})" : "";
        return $"{job.JobName} {done}: range {JobText.FullRange(job)}, {allotment}{reason}";
    }

    /// <summary>The answer is the job, or has it under <c>job</c> beside what else there is to say.</summary>
    private static JobRecord JobOf(ServerAnswer answer)
    {
        using var document = answer.Read<JsonDocument>();
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("job", out var job)
                ? new ServerAnswer(answer.Status, job.GetRawText()).Read<JobRecord>()
                : answer.Read<JobRecord>();
    }
}
