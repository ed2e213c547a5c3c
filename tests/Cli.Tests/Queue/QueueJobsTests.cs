using System.Text.Json.Nodes;
using Sluice.Cli.Tests.Support;
using Sluice.Testing;

namespace Sluice.Cli.Tests.Queue;

public sealed class QueueJobsTests : IDisposable
{
    private const string IsFlagged = ""","handed_out":true,"flagged_at":"2030-01-01T00:10:00Z","failed_attempts":2""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Expired_jobs_are_a_table_over_all_pages()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server) { PageJobs = 1 }
            .With(1, 1, "\"work one\"").With(2, 2).With(3, 3, $"\"{new string('x', 100)}\"");
        list.Flagged[1] = list.Flagged[3] = IsFlagged;

        var result = await RunAsync(server, "expired");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(
            $"""
            JOB   STAGE   SINCE   IN HANDS   FAILED   COMMAND
            1     1       0s      yes        2        "work one"
            3     3       0s      yes        2        "{new string('x', 58)}…

            """.ReplaceLineEndings("\n"),
            result.Out);
    }

    [Fact]
    public async Task No_expired_job_is_said_so_and_a_cut_list_too()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server).With(1).With(2);
        Assert.Equal("no job is over its time\n", (await RunAsync(server, "expired")).Out);

        list.Flagged[1] = list.Flagged[2] = IsFlagged;
        var cut = await RunAsync(server, "expired", "--limit", "1");

        Assert.Equal(2, cut.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("sluice: these are the first 1; --limit N shows more\n", cut.Error);
    }

    [Fact]
    public async Task Expired_jobs_as_json_are_one_document_of_what_the_server_said()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server) { PageJobs = 1 }.With(1).With(2).With(3);
        list.Flagged[1] = list.Flagged[3] = ""","planet":"mars" """;

        var all = JsonNode.Parse((await RunAsync(server, "expired", "-o", "json")).Out)!["jobs"]!.AsArray();
        var first = JsonNode.Parse((await RunAsync(server, "expired", "-o", "json", "--limit", "1")).Out)!["jobs"]!;

        Assert.Equal([(1, "mars"), (3, "mars")], all.Select(job => ((int)job!["jobid"]!, (string)job["planet"]!)));
        Assert.Single(first.AsArray());
    }

    [Theory]
    [InlineData("/check_stages/1/0", "0 of", "redo", "1")]
    [InlineData("/check_stages/2/2", "2 of", "redo", "2")]
    [InlineData("/check_stages/3/0", "1 of", "redo", "3", "--to", "0")]
    public async Task Redo_moves_a_stages_jobs_to_where_they_came_from_or_are_told_to_go(
        string path, string moved, params string[] arguments)
    {
        await using var server = await FakeServer.StartAsync();
        var answer = $$"""{"Are all simulations within time frame?":0,"n_bad_jobs were degraded:":{{moved[0]}}}""";
        server.On("GET " + path, 200, answer);

        var stage = arguments[1];
        var to = path.Split('/')[^1];
        Assert.Equal(
            moved[0] switch
            {
                '0' => $"no job of stage {stage} is over its time\n",
                '1' => $"1 job of stage {stage} waits in stage {to}\n",
                _ => $"2 jobs of stage {stage} wait in stage {to}\n",
            },
            (await RunAsync(server, arguments)).Out);
        Assert.Equal(answer + "\n", (await RunAsync(server, [.. arguments, "-o", "json"])).Out);
    }

    [Fact]
    public async Task Export_writes_an_object_a_line_that_create_takes_again()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server) { PageJobs = 2 }.With(-1, 2, """{"a":[1,"é"]}""").With(5).With(7, 1, "1.50");

        var exported = await RunAsync(server, "export");

        Assert.Equal((ExitCode.Done, "", ""), (exported.Code, exported.Out, exported.Error));
        Assert.Equal(
            [
                QueueList.Job(-1, 2, """{"a":[1,"é"]}"""), QueueList.Job(5, 0, "null"), QueueList.Job(7, 1, "1.50"), "",
            ],
            exported.Bytes.Split('\n'));
        await using var another = await FakeServer.StartAsync();
        var copy = new QueueList(another);
        var shell = new Shell { Input = System.Text.Encoding.UTF8.GetBytes(exported.Bytes) };
        await shell.RunAsync("queue", "create", "-", "--server", another.Url, "--jobix", "6");
        Assert.Equal(["-1 2 {\"a\":[1,\"\\u00E9\"]}", "5 0 null", "7 1 1.50"], copy.Jobs);
    }

    [Fact]
    public async Task Export_writes_csv_whose_values_are_quoted_where_they_must_be()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server).With(1, 0, "\"say \\\"hi\\\", twice\\n\"").With(2, 3, """{"a":1,"b":2}""");
        list.With(3, 4, "\"plain\"");

        var result = await RunAsync(server, "export", "--format", "csv");

        Assert.Equal(
            "jobid,jobstage,jobcmd,filename,date_committed,handed_out,until,flagged_at,failed_attempts\n"
                + "1,0,\"say \"\"hi\"\", twice\n\",,2030-01-01T00:00:00Z,false,,,0\n"
                + "2,3,\"{\"\"a\"\":1,\"\"b\"\":2}\",,2030-01-01T00:00:00Z,false,,,0\n"
                + "3,4,plain,,2030-01-01T00:00:00Z,false,,,0\n",
            result.Bytes);
    }

    [Theory]
    [InlineData("jobs.jsonl", "{\"jobid\":1,")]
    [InlineData("jobs.CSV", "jobid,jobstage,")]
    public async Task Export_into_a_file_takes_the_format_of_its_name(string name, string start)
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server).With(1).With(2);
        var path = Path.Combine(_folder.Path, name);

        Assert.Equal($"2 jobs written to {path}\n", (await RunAsync(server, "export", path)).Out);

        Assert.StartsWith(start, await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task An_export_that_breaks_off_leaves_the_file_as_it_was()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server) { PageJobs = 1 }.With(1).With(2);
        var path = Path.Combine(_folder.Path, "jobs.jsonl");
        await File.WriteAllTextAsync(path, "before");
        var page = server.Routes["GET /api/v1/queue/jobs"];
        server.Routes["GET /api/v1/queue/jobs"] = request =>
            request.Query.Contains("after", StringComparison.Ordinal) ? new(500, []) : page(request);

        (await RunAsync(server, "export", path)).HasFailedSaying(ExitCode.Failed, "500");

        Assert.Equal("before", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal(2, list.Jobs.Count());
    }

    private static Task<ShellResult> RunAsync(FakeServer server, params string[] arguments) =>
        new Shell().RunAsync(["queue", .. arguments, "--server", server.Url, "--jobix", "5"]);
}
