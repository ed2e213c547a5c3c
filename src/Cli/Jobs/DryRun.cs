using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using Sluice.Manifests;

namespace Sluice.Cli.Jobs;

/// <summary>Shows what Sluice reads from a manifest and what it would apply, without a server.</summary>
internal static class DryRun
{
    /// <summary>Stands for the address that the server fills in.</summary>
    private const string ExampleUrl = "http://127.0.0.1:5000";

    /// <summary>Stands for the port that the executor chooses; it is the training operator's default.</summary>
    private const int ExampleMasterPort = 23456;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(CliEnvironment environment, string yaml, bool asJson)
    {
        var reading = ManifestReader.Read(yaml);
        if (reading.Manifest is not { } manifest)
        {
            throw CliFailure.Refused($"the manifest is refused: {reading.Problem}");
        }

        var assignment = new ManifestAssignment { GpuCount = manifest.GpuReq, SluiceUrl = ExampleUrl };
        var applied = ManifestRewriter.Rewrite(yaml, assignment);
        var localProblem = LocalPlanner.Plan(yaml, assignment, ExampleMasterPort).Problem;
        if (asJson)
        {
            environment.Out.WriteLine(Json(manifest, applied, localProblem).ToJsonString(Indented));
            return;
        }

        environment.Out.WriteLine($"{manifest.Kind} {manifest.Name} in namespace {manifest.Namespace}");
        foreach (var (label, value) in Facts(manifest))
        {
            environment.Out.WriteLine($"  {label,-20} {value}");
        }

        if (localProblem is not null)
        {
            environment.Out.WriteLine("note: it cannot run as local processes:");
            foreach (var problem in localProblem.Split("; "))
            {
                environment.Out.WriteLine("  - " + problem);
            }
        }

        environment.Out.WriteLine();
        environment.Out.WriteLine(
            $"# applied with {Numbers.Count(manifest.GpuReq, "GPU")} a replica, the least it runs with:");
        environment.Out.WriteLine(applied.TrimEnd());
    }

    private static ImmutableArray<(string Label, string Value)> Facts(Manifest manifest) =>
    [
        ("range", JobText.FullRange(manifest.GpuReq, manifest.GpuLim, manifest.Replicas)),
        ("GPUs in all", Numbers.Range(InAll(manifest.GpuReq, manifest), InAll(manifest.GpuLim, manifest))),
        ("restart policy", $"{manifest.RestartPolicy}, failed after {Numbers.Count(manifest.BackoffLimit, "failure")}"),
        ("priority", $"{manifest.Priority}"),
        ("scale mode", Mode(manifest.ScaleMode) ?? "the server's"),
        ("suspendable", manifest.IsSuspendable ? "yes" : "no"),
        ("min run time", Seconds(manifest.MinRunTime)),
        ("checkpoint deadline", Seconds(manifest.CheckpointDeadline)),
    ];

    private static JsonObject Json(Manifest manifest, string applied, string? localProblem) => new()
    {
        ["kind"] = manifest.Kind.ToString(),
        ["name"] = manifest.Name,
        ["namespace"] = manifest.Namespace,
        ["replicas"] = manifest.Replicas,
        ["gpu_req"] = manifest.GpuReq,
        ["gpu_lim"] = manifest.GpuLim,
        ["restart_policy"] = manifest.RestartPolicy.ToString(),
        ["backoff_limit"] = manifest.BackoffLimit,
        ["priority"] = manifest.Priority,
        ["scale_mode"] = Mode(manifest.ScaleMode),
        ["suspendable"] = manifest.IsSuspendable,
        ["min_run_seconds"] = manifest.MinRunTime?.TotalSeconds,
        ["checkpoint_deadline_seconds"] = manifest.CheckpointDeadline?.TotalSeconds,
        ["local_problem"] = localProblem,
        ["applied"] = applied,
    };

    // A range may be as large as 1,000,000 GPUs times 1,000,000 replicas.
    private static int InAll(int gpus, Manifest manifest) =>
        (int)Math.Min(int.MaxValue, (long)gpus * manifest.Replicas);

    private static string? Mode(ScaleMode? mode) => mode is { } given ? ScaleModes.Word(given) : null;

    private static string Seconds(TimeSpan? span) =>
        span is { } given ? $"{Numbers.Short(given.TotalSeconds)} s" : "the server's";
}
