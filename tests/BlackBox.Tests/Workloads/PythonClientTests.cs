using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>Trainers that use <c>clients/python</c>, and the manifests that its page shows.</summary>
public sealed partial class PythonClientTests
{
    private const string Name = "trains";

    private static readonly string Client = Path.Combine(SluiceExecutable.RepositoryRoot, "clients", "python");

    /// <summary>
    /// Each epoch is begun once: the resize found the trainer at its checkpoint, and lost 0 s of training. It is not to be
    /// restarted after failures, so that a stop taken for one would end it.
    /// </summary>
    [Theory]
    [InlineData("function")]
    [InlineData("impatient function")]
    [InlineData("callback")]
    public async Task A_resized_trainer_stops_exactly_at_its_checkpoint_and_goes_on_from_there(string use)
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4", "--scale-mode", "after-checkpoint");
        var jobs = new HolderJobs(server.Folder);
        var folder = Directory.CreateDirectory(Path.Combine(server.Folder, "trainer")).FullName;
        (await server.DeployAsync(TrainerPod(folder, use))).Must(HttpStatusCode.Created);
        await EpochsAsync(folder, "attempt 1 epoch 1 gpus 4");
        (await server.DeployAsync(jobs.Pod("arrival", 2, 2))).Must(HttpStatusCode.Created);

        Allow(folder, 1);
        await EpochsAsync(folder, "attempt 1 epoch 1 gpus 4", "attempt 2 epoch 2 gpus 2");
        await server.RunsWithAsync(jobs, "arrival", 2);
        Allow(folder, 2);
        await EpochsAsync(folder, "attempt 1 epoch 1 gpus 4", "attempt 2 epoch 2 gpus 2", "attempt 2 epoch 3 gpus 2");
        Allow(folder, 3);

        await server.StatusEventuallyAsync(Name, "completed");
        var job = await server.Api.JobAsync(Name);
        Assert.Equal(
            (3.0, 3.0, 0), ((double)job["completed_epochs"]!, (double)job["total_epochs"]!, (int)job["restarts"]!));
        Assert.Equal(3, Epochs(folder).Count);
    }

    [Fact]
    public async Task The_manifests_of_its_page_are_taken_with_the_launchers_counts_written_in()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Client, "README.md"));
        var manifests = ManifestBlock().Matches(page).Select(block => block.Groups[1].Value).ToList();

        Assert.Equal(2, manifests.Count);
        foreach (var manifest in manifests)
        {
            var many = manifest.Replace(
                "requests: {nvidia.com/gpu: 1}", "requests: {nvidia.com/gpu: 5}", StringComparison.Ordinal);
            var result = await SluiceExecutable.RunAsync(
                ["deploy", "--dry-run", "-o", "json", "-f", "-"], new Dictionary<string, string?>(), many);

            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            var shown = JsonNode.Parse(result.Output)!;
            Assert.Equal((5, 8, "after-checkpoint"),
                ((int)shown["gpu_req"]!, (int)shown["gpu_lim"]!, (string?)shown["scale_mode"]));
            Assert.Null(shown["local_problem"]);
            Assert.Matches("--(nproc-per-node|num_processes)=5 ", (string)shown["applied"]!);
        }
    }

    private static string TrainerPod(string folder, string use) => JobManifests.Pod(
        Name, 1, 4,
        JobManifests.CommandOf(
            "python3", Path.Combine(AppContext.BaseDirectory, "Hosting", "elastic_trainer.py"), folder, Client, use));

    private static void Allow(string folder, int epoch) =>
        File.WriteAllText(Path.Combine(folder, $"epoch-{epoch}"), "");

    private static Task EpochsAsync(string folder, params string[] begun) =>
        Patience.UntilAsync(() => Epochs(folder).SequenceEqual(begun), $"these were begun: {string.Join(", ", begun)}");

    /// <summary>The epochs that were begun, in their order.</summary>
    private static List<string> Epochs(string folder)
    {
        var path = Path.Combine(folder, "epochs.jsonl");
        return !File.Exists(path)
            ? []
            : [.. File.ReadLines(path).Select(line => JsonNode.Parse(line)!).Select(note =>
                $"attempt {note["attempt"]} epoch {note["epoch"]} gpus {note["gpus"]}")];
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ManifestBlock();
}
