using System.Text;
using System.Text.Json.Nodes;
using Sluice.Cli.Tests.Support;
using Sluice.Testing;

namespace Sluice.Cli.Tests.Queue;

public sealed class QueueCreateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_of_text_become_commands_with_ids_from_0()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);

        var result = await CreateAsync(server, "one two\r\n\n\"three\" <3 é\nlast", "--jobix", "5", "--stage", "2");

        Assert.Equal((ExitCode.Done, "3 jobs sent; the list has 3\n", ""), (result.Code, result.Out, result.Error));
        Assert.Equal(
            ["0 2 \"one two\"", "1 2 \"\\u0022three\\u0022 \\u003C3 \\u00E9\"", "2 2 \"last\""], list.Jobs);
        Assert.All(server.Requests, request => Assert.Equal("5", request.Jobix));
    }

    [Fact]
    public async Task Lines_of_JSON_say_id_stage_and_command()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);

        var result = await CreateAsync(
            server,
            """
            {"jobcmd": {"a": 1.50}}
            {"jobid": -7, "jobstage": 4, "jobcmd": null, "filename": "ignored"}
            {"jobcmd": [1,2]}
            """,
            "--jobix", "5");

        Assert.Equal((ExitCode.Done, "3 jobs sent; the list has 3\n"), (result.Code, result.Out));
        Assert.Equal(["-7 4 null", "0 0 {\"a\":1.50}", "2 0 [1,2]"], list.Jobs);
    }

    [Theory]
    [InlineData("""{"5": {"jobstage": 1, "jobcmd": "x"}, "6": {}}""")]
    [InlineData("\ufeff{\n  \"5\": {\"jobstage\": 1.0, \"jobcmd\": \"x\"},\n  \"6\": {\"jobcmd\": null}\n}\n")]
    public async Task One_object_is_what_set_takes(string content)
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);

        var result = await CreateAsync(server, content, "--jobix", "5", "--stage", "2");

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Equal(["5 1 \"x\"", "6 2 null"], list.Jobs);
    }

    [Fact]
    public async Task The_format_can_be_said_where_the_first_line_misleads()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);

        var result = await CreateAsync(server, "{ echo a; }\n{ echo b; }\n", "--jobix", "5", "--format", "lines");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(2, list.Jobs.Count());
    }

    [Fact]
    public async Task Many_jobs_go_in_requests_of_10000_and_a_repeat_changes_nothing()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);
        var content = string.Concat(Enumerable.Range(0, 25_000).Select(number => $"work {number}\n"));

        Assert.Equal("25000 jobs sent; the list has 25000\n", (await CreateAsync(server, content, "--jobix", "5")).Out);
        Assert.Equal([10_000, 10_000, 5_000], list.Sets);
        Assert.Equal("25000 jobs sent; the list has 25000\n", (await CreateAsync(server, content, "--jobix", "5")).Out);
    }

    [Fact]
    public async Task Long_commands_go_in_smaller_requests()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);
        var content = string.Concat(Enumerable.Repeat(new string('x', 60_000) + "\n", 100));

        Assert.Equal(ExitCode.Done, (await CreateAsync(server, content, "--jobix", "5")).Code);
        Assert.Equal(2, list.Sets.Count);
        Assert.Equal(100, list.Sets.Sum());
    }

    [Fact]
    public async Task Lifetimes_and_settings_are_set_before_the_first_job()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        server.On("GET /init/0/0.5/0", 200, """{"0":0,"1":0.5,"2":0}""");

        var result = await CreateAsync(
            server, "a\n", "--jobix", "5", "--lifetimes", "0/0.5/0", "--redeliver", "--max-attempts", "3");

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Equal(
            ["GET /init/0/0.5/0", "PUT /api/v1/queue/settings", "POST /set", "GET /api/v1/queue"],
            server.Requests.Select(request => request.Route));
        Assert.Equal(
            """{"redeliver":true,"max_attempts":3}""", server.Single("PUT /api/v1/queue/settings").Body);
    }

    [Fact]
    public async Task What_is_not_given_is_not_set()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);

        await CreateAsync(server, "a\n", "--jobix", "5", "--no-redeliver");

        Assert.Equal("""{"redeliver":false}""", server.Single("PUT /api/v1/queue/settings").Body);
    }

    [Fact]
    public async Task Lifetimes_that_the_list_has_already_are_kept_and_that_is_said()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        server.On("GET /init/0/10/0", 200, """{"0":0,"1":2.5,"2":0}""");

        var result = await CreateAsync(server, "a\n", "--jobix", "5", "--lifetimes", "0/10/0");

        Assert.Equal(
            (ExitCode.Done, "sluice: the list has the lifetimes 0/2.5/0 already, and keeps them\n"),
            (result.Code, result.Error));
    }

    [Fact]
    public async Task Without_a_number_one_of_62_bits_is_made_and_printed_once()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);

        var first = await CreateAsync(server, "a\n");
        var second = await CreateAsync(server, "a\n", "-o", "json");

        var printed = Assert.Single(first.Out.Split('\n'), line => line.StartsWith("jobix ", StringComparison.Ordinal));
        var number = long.Parse(printed["jobix ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(number, 0, (1L << 62) - 1);
        Assert.Equal("1 job sent; the list has 1", first.Out.Split('\n')[1]);
        var told = JsonNode.Parse(second.Out)!;
        Assert.Equal((1, 1), ((int)told["sent"]!, (int)told["job_count"]!));
        Assert.NotEqual($"{number}", (string)told["jobix"]!);
        Assert.Equal(
            [$"{number}", (string)told["jobix"]!], server.Requests.Select(request => request.Jobix).Distinct());
    }

    [Fact]
    public async Task A_file_that_is_named_and_not_there_gets_the_new_number_for_its_owner_alone()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        var path = Path.Combine(_folder.Path, "list.jobix");

        var result = await CreateAsync(server, "a\n", "--jobix-file", path);

        Assert.Equal((ExitCode.Done, "1 job sent; the list has 1\n"), (result.Code, result.Out));
        var number = (await File.ReadAllTextAsync(path)).Trim();
        Assert.True(
            OperatingSystem.IsWindows()
                || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal([number], server.Requests.Select(request => request.Jobix).Distinct());
        await new Shell().RunAsync("queue", "progress", "--server", server.Url, "--jobix-file", path);
        Assert.Equal([number], server.Requests.Select(request => request.Jobix).Distinct());
    }

    [Fact]
    public async Task Where_a_new_list_is_left_half_filled_its_number_is_said_for_another_try()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        server.On("POST /set", 413, """{"error":"a list has at most 1 jobs"}""");

        var result = await CreateAsync(server, "a\n", "-o", "json");

        result.HasFailedSaying(ExitCode.Failed, "a list has at most 1 jobs; the new list has the number ");
        Assert.Contains(server.Single("POST /set").Jobix, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_started_anew_in_between_is_waited_for()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server);
        var set = server.Routes["POST /set"];
        var tries = 0;
        server.Routes["POST /set"] = request => ++tries is > 1 and < 9 ? new(503, []) : set(request);
        var content = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"{number}\n"));

        var result = await CreateAsync(server, content, "--jobix", "5");

        Assert.Equal((ExitCode.Done, 9), (result.Code, tries));
        Assert.Equal(20_000, list.Jobs.Count());
    }

    [Fact]
    public async Task One_that_stays_away_is_given_up()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        server.On("PUT /api/v1/queue/settings", 200, "{}");
        server.On("POST /set", 503, "");

        (await CreateAsync(server, "a\n", "--jobix", "5", "--redeliver"))
            .HasFailedSaying(ExitCode.Unreachable, "the server cannot answer now (503)");
    }

    [Theory]
    [InlineData("", "standard input has no jobs")]
    [InlineData(" \n\n", "standard input has no jobs")]
    [InlineData("{\"jobcmd\": 1}\n{\"jobid\": 0, \"jobcmd\": 1}\n", "standard input: the job id 0 comes twice")]
    [InlineData("{\"jobid\": 1.5, \"jobcmd\": 1}\n", "standard input: line 1 jobid must be an integer of 64 bits")]
    [InlineData("{\"jobcmd\": 1}\n\n{\"jobid\": 7}\n", "standard input: line 3 has no jobcmd")]
    [InlineData("{\"jobcmd\": 1}\nplain\n", "standard input: line 2 is no JSON")]
    [InlineData("{\"jobcmd\": 1, \"jobstage\": 10001}\n", "line 1 jobstage must be an integer from 0 to 10000")]
    [InlineData("{\"jobcmd\": 1, \"jobstage\": true}\n", "line 1 jobstage must be an integer from 0 to 10000")]
    [InlineData("{\"a\": {}}", "the id of a job must be an integer of 64 bits, not 'a'")]
    [InlineData("{\"1\": 5}", "job 1 must be a JSON object")]
    [InlineData("{\"1\": {}, \"01\": {}}", "the job id 1 comes twice")]
    [InlineData("{\"1\": {\"jobstage\": -1}}", "job 1 jobstage must be an integer from 0 to 10000")]
    [InlineData("{ echo a; }\n", "is neither a JSON object nor an object a line")]
    public async Task What_is_no_job_is_said_and_nothing_is_sent(string content, string problem)
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);

        (await CreateAsync(server, content, "--jobix", "5")).HasFailedSaying(ExitCode.Failed, problem);

        Assert.DoesNotContain(server.Requests, request => request.Route == "POST /set");
    }

    [Fact]
    public async Task What_is_too_long_or_no_text_is_refused()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);

        (await CreateAsync(server, new string('x', 65_535), "--jobix", "5"))
            .HasFailedSaying(ExitCode.Failed, "line 1 has a command of more than 64 KiB");
        (await CreateAsync(server, new string('x', 3 << 20), "--jobix", "5"))
            .HasFailedSaying(ExitCode.Failed, "line 1 is longer than 1 MiB");
        var shell = new Shell { Input = [(byte)'a', 0xff] };
        (await shell.RunAsync("queue", "create", "-", "--server", server.Url, "--jobix", "5"))
            .HasFailedSaying(ExitCode.Failed, "line 1 is not UTF-8 text");
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task What_is_wrong_further_down_comes_with_how_far_it_came()
    {
        await using var server = await FakeServer.StartAsync();
        _ = new QueueList(server);
        var content = string.Concat(Enumerable.Repeat("{\"jobcmd\":1}\n", 10_000)) + "plain\n";

        (await CreateAsync(server, content, "--jobix", "5")).HasFailedSaying(
            ExitCode.Failed, "10000 jobs before it were sent, and may be again");
    }

    [Fact]
    public async Task Files_that_cannot_be_read_are_named()
    {
        var missing = Path.Combine(_folder.Path, "missing");

        (await new Shell().RunAsync("queue", "create", missing))
            .HasFailed(ExitCode.Failed, $"{missing}: there is no such file");
        (await new Shell().RunAsync("queue", "create", _folder.Path))
            .HasFailed(ExitCode.Failed, $"{_folder.Path} is a directory, not a file of jobs");
    }

    private static Task<ShellResult> CreateAsync(FakeServer server, string content, params string[] more) =>
        new Shell { Input = Encoding.UTF8.GetBytes(content) }
            .RunAsync(["queue", "create", "-", "--server", server.Url, .. more]);
}
