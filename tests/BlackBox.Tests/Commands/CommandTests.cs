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
        var file = server.Write("job.yaml", jobs.Pod("trained", 1, 3));

        var deployed = await server.RunAsync("deploy", "-f", file);
        deployed.MustBeDone();
        Assert.Contains("trained", deployed.Output, StringComparison.Ordinal);
        Assert.Contains("1-3 GPUs", deployed.Output, StringComparison.Ordinal);
        Assert.Contains("allotted 3", deployed.Output, StringComparison.Ordinal);
        (await server.RunAsync("deploy", "-f", file)).MustBeDone();
        await server.RunsWithAsync(jobs, "trained", 3);

        var waiting = await server.RunAsync("deploy", "-f", server.Write("waits.yaml", jobs.Pod("waits", 4, 4)));
        waiting.MustBeDone();
        Assert.Contains("waiting", waiting.Output, StringComparison.Ordinal);

        Assert.Matches("trained +running +3/1-3 ", (await server.RunAsync("jobs")).Output);
        Assert.Contains(
            "status:          running", (await server.RunAsync("job", "trained")).Output, StringComparison.Ordinal);
        Assert.Contains("trained (", (await server.RunAsync("capacity")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "stays at 3", (await server.RunAsync("scale", "--name", "trained")).Output, StringComparison.Ordinal);
        Assert.Equal(
            3, (int)JsonNode.Parse((await server.RunAsync("jobs", "-o", "json")).Output)![0]!["gpu_assigned"]!);

        (await server.RunAsync("delete", "-n", "trained", "-n", "waits")).MustBeDone();
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

        result.MustBeDone();
        await server.StatusEventuallyAsync("piped", "completed");
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("external");
        var good = JobManifests.Pod("external", 1, 1, JobManifests.Shell("true"));

        (await server.RunAsync("deploy", "-f", server.Write("conflict.yaml", good))).MustHaveFailed("external");
        (await server.RunAsync("deploy", "-f", server.Write("bad.yaml", "{a: ["))).MustHaveFailed("");
        var otherKind = good.Replace("kind: Pod", "kind: CronTab", StringComparison.Ordinal);
        (await server.RunAsync("deploy", "-f", server.Write("kind.yaml", otherKind))).MustHaveFailed("CronTab");
        (await server.RunAsync("scale", "--name", "nobody")).MustHaveFailed("Job not found");
        (await server.RunAsync("scale", "--name", "external")).MustHaveFailed("");
        (await server.RunAsync("job", "nobody")).MustHaveFailed("Job not found");
        (await server.RunAsync("logs", "nobody")).MustHaveFailed("Job not found");
        (await server.RunAsync("logs", "external")).MustHaveFailed("");
    }

    [Fact]
    public async Task Delete_goes_on_after_a_job_that_is_not_there_and_says_so()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("there");

        var result = await server.RunAsync("delete", "-n", "nobody", "-n", "there");
        result.MustHaveFailed("nobody");
        Assert.Contains("there deleted", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody deleted", result.Output, StringComparison.Ordinal);
        Assert.Null(await server.Api.FindJobAsync("there"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_said()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "missing.yaml");
        (await SluiceExecutable.RunAsync("deploy", "-f", missing)).MustHaveFailed(missing);
        (await SluiceExecutable.RunAsync("deploy", "-f", folder.Path)).MustHaveFailed(folder.Path);
        var binary = Path.Combine(folder.Path, "binary.yaml");
        await File.WriteAllBytesAsync(binary, [0xff, 0xfe, 0x00]);
        (await SluiceExecutable.RunAsync("deploy", "-f", binary)).MustHaveFailed(binary);
        (await SluiceExecutable.RunAsync("deploy", "--dry-run", "-f", missing)).MustHaveFailed(missing);
    }

    [Fact]
    public async Task A_server_that_is_away_has_an_exit_status_of_its_own()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        foreach (var command in new string[][] { ["jobs"], ["job", "a"], ["capacity"], ["scale"], ["delete", "-n", "a"],
            ["logs", "a", "-f"] })
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
}
