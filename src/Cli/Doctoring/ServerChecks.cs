using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Cli.Doctoring;

/// <summary>Whether a server does its work.</summary>
internal static partial class ServerChecks
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        SluiceClient client, CancellationToken cancellationToken)
    {
        try
        {
            if (await client.AskReadyAsync(cancellationToken) is { IsSuccess: false } answer)
            {
                return
                [
                    Finding.Problem("server", $"it answers, and is not ready ({(int)answer.Status})", "look at its log"),
                ];
            }

            var version = await VersionAsync(client, cancellationToken);
            return [.. version, .. Cluster(await client.ReadCapacityAsync(cancellationToken))];
        }
        catch (CliFailure failure)
        {
            // The message says what to do.
            return [new(Severity.Problem, "server", failure.Message)];
        }
    }

    public static IEnumerable<Finding> Cluster(CapacityView view)
    {
        var usable = view.Nodes.Sum(node => node.GpuCount);
        var free = view.Nodes.Sum(node => node.FreeGpus);
        yield return usable == 0
            ? Finding.Warning(
                "cluster", "it has no GPUs", "jobs that need one wait: see 'gpus', or give the server --gpus or --nodes")
            : Finding.Ok(
                "cluster", $"{Numbers.Count(usable, "GPU")} on {Numbers.Count(view.Nodes.Length, "node")}, {free} free");
        var waiting = view.Allocations.Count(one => one is { Decided.IsAdmitted: false, IsEnding: false });
        yield return Finding.Ok(
            "jobs", $"{view.Allocations.Length - waiting} admitted, {waiting} waiting (policy {view.Policy})");
        var returning = view.Allocations.Sum(one => one.GivingBack.Sum(block => block.Gpus.Length));
        if (returning > 0)
        {
            yield return Finding.Warning(
                "jobs", $"{Numbers.Count(returning, "GPU")} being given back",
                "if that stays so, their processes do not end: see 'sluice capacity' and the server's log");
        }
    }

    private static async Task<IReadOnlyList<Finding>> VersionAsync(
        SluiceClient client, CancellationToken cancellationToken)
    {
        var own = Own();
        var metrics = await client.ReadMetricsAsync(cancellationToken);
        if (metrics.Status == System.Net.HttpStatusCode.NotFound)
        {
            return [Finding.Warning("server", "ready; it has no /metrics", "it is older than this command: upgrade it")];
        }

        var served = Version().Match(SluiceClient.Accepted(metrics).Text).Groups[1].Value;
        return [served == own
            ? Finding.Ok("server", $"ready, version {served}")
            : Finding.Warning(
                "server", $"ready, version {served}; this command is {own}", "use the same version of both")];
    }

    private static string Own() =>
        typeof(ServerChecks).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;

    [GeneratedRegex("^target_info\\{.*service_version=\"([^\"]*)\"", RegexOptions.Multiline)]
    private static partial Regex Version();
}
