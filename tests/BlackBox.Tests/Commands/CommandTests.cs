using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>The command line against a server: what people see, and what scripts get as exit status.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Deploy_prints_range_and_allotment_and_delete_removes_everywhere()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        var file = Write(server, "job.yaml", jobs.Pod("trained", 1, 3));

        var deployed = await server.RunAsync("deploy", "-f", file);
        AssertDone(deployed);
        Assert.Contains("trained", deployed.Output, StringComparison.Ordinal);
        Assert.Contains("1-3 GPUs", deployed.Output, StringComparison.Ordinal);
        Assert.Contains("allotted 3", deployed.Output, StringComparison.Ordinal);
        AssertDone(await server.RunAsync("deploy", "-f", file));
        await server.RunsWithAsync(jobs, "trained", 3);

        var waiting = await server.RunAsync("deploy", "-f", Write(server, "waits.yaml", jobs.Pod("waits", 4, 4)));
        AssertDone(waiting);
        Assert.Contains("waiting", waiting.Output, StringComparison.Ordinal);

        Assert.Matches("trained +running +3/1-3 ", (await server.RunAsync("jobs")).Output);
        Assert.Contains("status:          running", (await server.RunAsync("job", "trained")).Output, StringComparison.Ordinal);
        Assert.Contains("trained (", (await server.RunAsync("capacity")).Output, StringComparison.Ordinal);
        Assert.Contains("stays at 3", (await server.RunAsync("scale", "--name", "trained")).Output, StringComparison.Ordinal);
        Assert.Equal(3, (int)JsonNode.Parse((await server.RunAsync("jobs", "-o", "json")).Output)![0]!["gpu_assigned"]!);

        AssertDone(await server.RunAsync("delete", "-n", "trained", "-n", "waits"));
        Assert.Equal("[]", (await server.Api.GetAsync("/get_all_jobs")).Compact);
        await server.FreeGpusEventuallyAsync(4);
    }

    [Fact]
    public async Task Deploy_reads_standard_input_too()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var result = await SluiceExecutable.RunAsync(
            ["deploy", "-f", "-", "--server", server.Address.ToString()],
            new Dictionary<string, string?>(),
            JobManifests.Pod("piped", 1, 1, JobManifests.Shell("true")));

        AssertDone(result);
        await server.StatusEventuallyAsync("piped", "completed");
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("external");
        var good = JobManifests.Pod("external", 1, 1, JobManifests.Shell("true"));

        AssertFailed(await server.RunAsync("deploy", "-f", Write(server, "conflict.yaml", good)), "external");
        AssertFailed(await server.RunAsync("deploy", "-f", Write(server, "bad.yaml", "{a: [")), "");
        var otherKind = good.Replace("kind: Pod", "kind: CronTab", StringComparison.Ordinal);
        AssertFailed(await server.RunAsync("deploy", "-f", Write(server, "kind.yaml", otherKind)), "CronTab");
        AssertFailed(await server.RunAsync("scale", "--name", "nobody"), "Job not found");
        AssertFailed(await server.RunAsync("scale", "--name", "external"), "");
        AssertFailed(await server.RunAsync("job", "nobody"), "Job not found");
        AssertFailed(await server.RunAsync("logs", "nobody"), "Job not found");
        AssertFailed(await server.RunAsync("logs", "external"), "");
    }

    [Fact]
    public async Task Delete_goes_on_after_a_job_that_is_not_there_and_says_so()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("there");

        var result = await server.RunAsync("delete", "-n", "nobody", "-n", "there");
        AssertFailed(result, "nobody");
        Assert.Contains("there deleted", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody deleted", result.Output, StringComparison.Ordinal);
        Assert.Null(await server.Api.FindJobAsync("there"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_said()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "missing.yaml");
        AssertFailed(await SluiceExecutable.RunAsync("deploy", "-f", missing), missing);
        AssertFailed(await SluiceExecutable.RunAsync("deploy", "-f", folder.Path), folder.Path);
        var binary = Path.Combine(folder.Path, "binary.yaml");
        await File.WriteAllBytesAsync(binary, [0xff, 0xfe, 0x00]);
        AssertFailed(await SluiceExecutable.RunAsync("deploy", "-f", binary), binary);
        AssertFailed(await SluiceExecutable.RunAsync("deploy", "--dry-run", "-f", missing), missing);
    }

    [Fact]
    public async Task A_server_that_is_away_has_an_exit_status_of_its_own()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        foreach (var command in new string[][] { ["jobs"], ["job", "a"], ["capacity"], ["scale"], ["delete", "-n", "a"], ["logs", "a", "-f"] })
        {
            var result = await SluiceExecutable.RunAsync([.. command, "--server", address]);
            Assert.True(result.ExitCode == 3, $"{command[0]}: {result.ExitCode} {result.Error}");
            Assert.Contains(address, result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("deploy")]
    [InlineData("delete")]
    [InlineData("job")]
    [InlineData("jobs --limit none")]
    [InlineData("jobs -o xml")]
    [InlineData("jobs --server ftp://here")]
    public async Task A_command_line_that_is_wrong_is_said_with_exit_status_2(string line)
    {
        var result = await SluiceExecutable.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Output + result.Error);
    }

    private static string Write(SluiceServer server, string name, string text)
    {
        var path = Path.Combine(server.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static void AssertDone(CommandResult result) =>
        Assert.True(result is { ExitCode: 0, Error: "" }, $"{result.ExitCode}: {result.Output} {result.Error}");

    private static void AssertFailed(CommandResult result, string said)
    {
        Assert.True(result.ExitCode == 1, $"{result.ExitCode}: {result.Output} {result.Error}");
        Assert.StartsWith("sluice: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }
}
