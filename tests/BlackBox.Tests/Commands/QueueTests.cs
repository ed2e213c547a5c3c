using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.StageQueues;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary><c>sluice queue</c> against a server.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task A_list_is_created_watched_redone_and_exported_from_the_command_line()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var file = server.Write("commands.txt", "first command\nsecond\nthird\n");
        var number = Path.Combine(server.Folder, "list.jobix");
        Task<CommandResult> RunAsync(params string[] arguments) =>
            server.RunAsync(["queue", .. arguments, "--jobix-file", number]);

        var created = await RunAsync("create", file, "--lifetimes", "0/0.0001/0", "--max-attempts", "2");
        created.MustBeDone();
        Assert.Equal("3 jobs sent; the list has 3\n", created.Output);
        (await RunAsync("create", file)).MustBeDone();
        var progress = JsonNode.Parse((await RunAsync("progress", "-o", "json")).Output)!;
        Assert.Equal((3, 2, 2), (
            (int)progress["job_count"]!, (int)progress["last_stage"]!, (int)progress["settings"]!["max_attempts"]!));

        // A worker of the original that is never heard of again.
        var list = new QueueClient(server, (await File.ReadAllTextAsync(number)).Trim());
        var taken = await list.TakeAsync(0);
        Assert.Equal((0, "first command"), (taken!.JobId, (string)taken.Answer.Json["jobcmd"]!));
        (await RunAsync("progress", "--wait")).MustHaveFailed("1 job over their time in stage 1");
        var expired = await RunAsync("expired");
        expired.MustBeDone();
        Assert.Matches("\n0 +1 +.* yes +0 +\"first command\"\n", expired.Output);
        Assert.Equal("1 job of stage 1 waits in stage 0\n", (await RunAsync("redo", "1")).Output);

        foreach (var id in new long[] { 0, 1, 2 })
        {
            (await list.UpdateAsync(id, 2)).Must(HttpStatusCode.OK);
        }

        var done = await RunAsync("progress", "--wait");
        done.MustBeDone();
        Assert.Contains("100.0 % of 3 jobs on the way to stage 2", done.Output, StringComparison.Ordinal);
        await CopyAsync(server, number);
    }

    [Fact]
    public async Task At_a_terminal_the_bars_move_with_the_jobs_until_all_are_done()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        (await list.GetAsync("/init/0/0/0")).Must(HttpStatusCode.OK);
        await list.FillAsync(2);

        using var terminal = new Terminal(
            ["queue", "progress", "--wait"],
            new Dictionary<string, string?>
            {
                ["SLUICE_URL"] = server.Address.ToString(), ["SLUICE_JOBIX"] = list.Number,
            });
        await terminal.ShowsAsync("  0.0 % of 2 jobs");
        (await list.UpdateAsync(1, 2)).Must(HttpStatusCode.OK);
        await terminal.ShowsAsync("  50.0 % of 2 jobs");
        (await list.UpdateAsync(2, 2)).Must(HttpStatusCode.OK);

        Assert.Equal(0, await terminal.EndAsync());
        // Each look stands where the one before stood: the cursor goes up in between.
        var looks = terminal.Shown.Split(" jobs on the way to stage 2");
        Assert.True(looks.Length > 3, terminal.Shown);
        Assert.Contains("100.0 % of 2", looks[^2], StringComparison.Ordinal);
        Assert.All(looks[1..^1], look => Assert.Matches("\u001b\\[[0-9]+A", look));
    }

    [Fact]
    public async Task A_number_that_is_made_is_printed_once_and_names_the_list_from_then_on()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var file = server.Write("jobs.json", """{"5": {"jobstage": 2, "jobcmd": {"a": [1.50, "é"]}}}""");

        var created = await server.RunAsync("queue", "create", file, "-o", "json");
        created.MustBeDone();
        var number = (string)JsonNode.Parse(created.Output)!["jobix"]!;
        var exported = await SluiceExecutable.RunAsync(
            ["queue", "export"],
            new Dictionary<string, string?> { ["SLUICE_URL"] = server.Address.ToString(), ["SLUICE_JOBIX"] = number });

        exported.MustBeDone();
        var job = JsonNode.Parse(exported.Output)!;
        Assert.Equal((5, 2), ((int)job["jobid"]!, (int)job["jobstage"]!));
        Assert.Contains("""{"a": [1.50, "é"]}""", exported.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_as_the_server_refuses_them_are_refused_in_its_words()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");

        var half = server.Write("half", """{"jobcmd": "half of a character: \ud800"}""");

        (await server.RunAsync("queue", "create", half, "--jobix", "17")).MustHaveFailed("job 0 must be valid Unicode");
    }

    [Fact]
    public async Task A_command_as_deep_as_the_server_takes_it_goes_in_and_comes_out()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var command = new string('[', 64) + new string(']', 64);

        (await server.RunAsync("queue", "create", server.Write("deep", $"{{\"jobcmd\": {command}}}"), "--jobix", "17"))
            .MustBeDone();
        (await server.RunAsync(
            "queue", "create", server.Write("object", $"{{\"7\": {{\"jobcmd\": {command}}}}}"), "--jobix", "17"))
            .MustBeDone();
        var exported = await server.RunAsync("queue", "export", "--jobix", "17");

        exported.MustBeDone();
        Assert.Equal(3, exported.Output.Split(command).Length);
    }

    /// <summary>What is exported makes another list of the same jobs.</summary>
    private static async Task CopyAsync(SluiceServer server, string number)
    {
        var file = Path.Combine(server.Folder, "copy.jsonl");
        (await server.RunAsync("queue", "export", file, "--jobix-file", number)).MustBeDone();
        (await server.RunAsync("queue", "create", file, "--jobix", "4711")).MustBeDone();
        var copy = await server.RunAsync("queue", "export", "--format", "csv", "--jobix", "4711");
        copy.MustBeDone();
        Assert.Equal(
            ["jobid,jobstage,jobcmd", "0,2,first command", "1,2,second", "2,2,third"],
            copy.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(',', line.Split(',').Take(3))));
    }
}
