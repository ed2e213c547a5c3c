using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary><c>deploy --dry-run</c>, which needs no server.</summary>
public sealed class DryRunTests
{
    [Theory]
    [InlineData("Pod")]
    [InlineData("Job")]
    [InlineData("PyTorchJob")]
    public async Task Every_kind_is_read_and_shown_as_it_would_be_applied(string kind)
    {
        const string Command = """["sh", "-c", "launch --num_processes=9 x"]""";
        var manifest = kind switch
        {
            "Pod" => JobManifests.Pod("dry", 2, 4, Command),
            "Job" => JobManifests.Job("dry", 2, 2, 4, Command),
            _ => JobManifests.PyTorchJob("dry", 1, 2, 4, Command),
        };
        var result = await DryRunAsync(manifest);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var shown = JsonNode.Parse(result.Output)!;
        Assert.Equal((kind, "dry", 2, 4),
            ((string)shown["kind"]!, (string)shown["name"]!, (int)shown["gpu_req"]!, (int)shown["gpu_lim"]!));
        Assert.Contains("--num_processes=2", (string)shown["applied"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("--num_processes=9", (string)shown["applied"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_manifests_are_taken_as_they_are()
    {
        // Not in the repository; where they lie beside it they must all be taken.
        var folder = Path.Combine(SluiceExecutable.RepositoryRoot, "..", "shared", "manifests");
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml") : [];
        foreach (var file in files)
        {
            var result = await SluiceExecutable.RunAsync("deploy", "--dry-run", "-f", file);
            Assert.True(result is { ExitCode: 0, Error: "" }, $"{file}: {result.ExitCode} {result.Error}");
            Assert.Contains("nvidia.com/gpu", result.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{a: [", "")]
    [InlineData("", "")]
    [InlineData("kind: CronTab\napiVersion: v1\nmetadata: {name: a}", "CronTab")]
    [InlineData(
        "kind: Pod\napiVersion: v1\nmetadata: {}\nspec: {containers: [{name: a, image: b, command: [c]}]}", "name")]
    public async Task What_cannot_be_taken_is_refused_with_the_reason(string manifest, string said)
    {
        var result = await DryRunAsync(manifest);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("sluice: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private static Task<CommandResult> DryRunAsync(string manifest) => SluiceExecutable.RunAsync(
        ["deploy", "--dry-run", "-o", "json", "-f", "-"], new Dictionary<string, string?>(), manifest);
}
