using System.Text;
using System.Text.Json;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

public sealed class DeployCommandTests : IDisposable
{
    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: small
        spec:
          containers:
          - name: trainer
            image: python
            command: [sh, -c, "python3 train.py --num_processes=1"]
            resources:
              requests:
                nvidia.com/gpu: 2
              limits:
                nvidia.com/gpu: 4
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(201, 4, "small deployed: range 2-8 GPUs × 1 replica, allotted 4 (fits)")]
    [InlineData(200, 4, "small is there already, unchanged: range 2-8 GPUs × 1 replica, allotted 4 (fits)")]
    [InlineData(201, 0, "small deployed: range 2-8 GPUs × 1 replica, waiting for room (fits)")]
    public async Task A_deployment_prints_range_and_allotment(int status, int assigned, string line)
    {
        await using var server = await FakeServer.StartAsync();
        server.On(
            "POST /deploy",
            status,
            $$"""{"message": "m", "job": {{Wire.Job("small", assigned: assigned)}}, "reason": "fits"}""");

        var result = await new Shell().RunAsync("deploy", "-f", Write(Manifest), "--server", server.Url);

        Assert.Equal((ExitCode.Done, line + "\n"), (result.Code, result.Out));
        Assert.Equal(Manifest, server.Single("POST /deploy").Body);
    }

    [Fact]
    public async Task A_manifest_comes_from_standard_input_too()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, Wire.Job("small"));

        var shell = new Shell { Input = Encoding.UTF8.GetBytes(Manifest) };
        var result = await shell.RunAsync("deploy", "-f", "-", "--server", server.Url);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(Manifest, server.Single("POST /deploy").Body);
    }

    [Fact]
    public async Task Json_is_what_the_server_said()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, """{"job": {"anything": 1}}""");

        var result = await new Shell().RunAsync("deploy", "-f", Write(Manifest), "-o", "json", "--server", server.Url);

        Assert.Equal("{\"job\": {\"anything\": 1}}\n", result.Out);
    }

    [Fact]
    public async Task A_refused_manifest_fails_with_the_servers_reason()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 409, """{"error": "another job is named small"}""");

        (await new Shell().RunAsync("deploy", "-f", Write(Manifest), "--server", server.Url))
            .HasFailed(ExitCode.Failed, "another job is named small");
    }

    [Fact]
    public async Task Files_that_cannot_be_read_are_named_with_the_reason()
    {
        var missing = Path.Combine(_folder, "missing.yaml");
        var binary = Path.Combine(_folder, "binary.yaml");
        await File.WriteAllBytesAsync(binary, [0xff, 0xfe, 0xfd]);
        var large = Path.Combine(_folder, "large.yaml");
        await File.WriteAllBytesAsync(large, new byte[(1024 * 1024) + 1]);

        (await DeployAsync(missing)).HasFailed(ExitCode.Failed, $"{missing}: there is no such file");
        (await DeployAsync(_folder)).HasFailed(ExitCode.Failed, $"{_folder} is a directory, not a manifest");
        (await DeployAsync(binary)).HasFailed(ExitCode.Failed, $"{binary} is not UTF-8 text");
        (await DeployAsync(large)).HasFailed(
            ExitCode.Failed, $"{large} is larger than 1 MiB, the most a manifest may have");
    }

    [Fact]
    public async Task A_dry_run_shows_what_is_read_and_what_would_be_applied_without_a_server()
    {
        var result = await DeployAsync(Write(Manifest), "--dry-run");

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Contains("Pod small in namespace default\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("2-4 GPUs × 1 replica\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("# applied with 2 GPUs a replica", result.Out, StringComparison.Ordinal);
        Assert.Contains("--num_processes=2", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_notes_what_keeps_a_manifest_from_running_locally()
    {
        var manifest = Manifest.Replace(
            "    image: python\n",
            "    image: python\n    env:\n    - name: PASSWORD\n      valueFrom:\n        secretKeyRef: {name: s, key: k}\n",
            StringComparison.Ordinal);

        var result = await DeployAsync(Write(manifest), "--dry-run");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("note: it cannot run as local processes:\n  - ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_as_json_has_the_same_facts()
    {
        var result = await DeployAsync(Write(Manifest), "--dry-run", "-o", "json");

        using var json = JsonDocument.Parse(result.Out);
        var root = json.RootElement;
        Assert.Equal("Pod", root.GetProperty("kind").GetString());
        Assert.Equal("small", root.GetProperty("name").GetString());
        Assert.Equal((2, 4), (root.GetProperty("gpu_req").GetInt32(), root.GetProperty("gpu_lim").GetInt32()));
        Assert.Contains("nvidia.com/gpu", root.GetProperty("applied").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [1")]
    [InlineData("kind: Secret\nmetadata:\n  name: a\n")]
    public async Task A_dry_run_of_what_is_no_manifest_fails_with_the_reason(string yaml) =>
        (await DeployAsync(Write(yaml), "--dry-run")).HasFailedSaying(ExitCode.Failed, "the manifest is refused: ");

    private static Task<ShellResult> DeployAsync(string file, params string[] more) =>
        new Shell().RunAsync(["deploy", "-f", file, .. more]);

    private string Write(string manifest)
    {
        var file = Path.Combine(_folder, "job.yaml");
        File.WriteAllText(file, manifest);
        return file;
    }
}
