using System.Net;
using System.Net.Sockets;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("there is no command 'bogus'", "bogus")]
    [InlineData("there is no command 'queue bogus'; see 'sluice queue --help'", "queue", "bogus")]
    [InlineData("Required command was not provided; see 'sluice queue --help'", "queue")]
    [InlineData("Required argument missing for command: 'create'; see 'sluice queue create --help'", "queue", "create")]
    [InlineData("which list? give --jobix-file FILE or set SLUICE_JOBIX", "queue", "progress")]
    [InlineData("--jobix must be an integer of at most 78 digits", "queue", "progress", "--jobix", "12a4")]
    [InlineData(
        "--jobix and --jobix-file exclude each other", "queue", "expired", "--jobix", "1", "--jobix-file", "absent")]
    [InlineData("absent: there is no such file", "queue", "export", "--jobix-file", "absent")]
    [InlineData("STAGE must be a whole number from 0 to 10000, not '10001'", "queue", "redo", "10001")]
    [InlineData("--to must be a whole number from 0 to 10000, not 'x'", "queue", "redo", "1", "--to", "x")]
    [InlineData("--until goes with --wait", "queue", "progress", "--until", "2")]
    [InlineData("--timeout goes with --wait", "queue", "progress", "--timeout", "2")]
    [InlineData("--format must be jsonl or csv, not 'xml'", "queue", "export", "--format", "xml")]
    [InlineData("--format must be one of auto, object, jsonl, lines, not 'x'", "queue", "create", "-", "--format", "x")]
    [InlineData(
        "--lifetimes must be numbers from 0 to 1000000000 with / between, not '0/-1'",
        "queue", "create", "-", "--lifetimes", "0/-1")]
    [InlineData(
        "--redeliver and --no-redeliver exclude each other", "queue", "create", "-", "--redeliver", "--no-redeliver")]
    [InlineData("Option '--file' is required", "deploy")]
    [InlineData("name at least one job to delete", "delete")]
    [InlineData("--output must be table or json, not 'yaml'", "jobs", "-o", "yaml")]
    [InlineData("--rank must be a whole number from 0 to 1000000, not '-1'", "logs", "a", "--rank=-1")]
    [InlineData("--limit must be a whole number from 1 to 1000000, not '1.5'", "jobs", "--limit", "1.5")]
    [InlineData("--gpus must be a whole number from 0 to 1000000, not 'many'", "server", "--gpus", "many")]
    [InlineData(
        "--gpus must be a whole number from 0 to 1000000, not '99999999999'", "server", "--gpus", "99999999999")]
    [InlineData("--gpus must be a whole number from 2 to 256, not '1'", "demo", "--gpus", "1")]
    [InlineData("--gpus and --real exclude each other", "demo", "--gpus", "4", "--real")]
    [InlineData(
        "--policy must be recent-checkpoint, adaptive, fifo, equal-share or srtf, not 'best'",
        "demo", "--policy", "best", "--compare")]
    [InlineData("--trace and --only are for one history", "simulate", "--histories", "2", "--trace")]
    [InlineData("--trace and --only have no json form", "simulate", "--trace", "-o", "json")]
    [InlineData("--steps must be a whole number from 1 to 1000000000, not '0'", "simulate", "--steps", "0")]
    [InlineData(
        "--server must be an address such as http://127.0.0.1:5000, not 'nowhere'", "jobs", "--server", "nowhere")]
    public async Task A_wrong_command_line_gets_one_clear_line_and_status_2(
        string problem, params string[] arguments) =>
        (await new Shell().RunAsync(arguments)).HasFailedSaying(ExitCode.Usage, problem);

    [Theory]
    [InlineData("FLASK_PORT", "http")]
    [InlineData("SLUICE_URL", "ftp://here")]
    public async Task A_wrong_variable_is_named(string variable, string value) =>
        (await new Shell().With(variable, value).RunAsync("jobs")).HasFailedSaying(ExitCode.Usage, variable);

    [Fact]
    public async Task Without_a_command_the_commands_are_listed()
    {
        var result = await new Shell().RunAsync();

        Assert.Equal(ExitCode.Usage, result.Code);
        foreach (var command in new[] { "server", "demo", "deploy", "scale", "delete", "jobs", "job", "logs",
            "capacity", "events", "queue", "simulate", "completion" })
        {
            Assert.Contains($"  {command}", result.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--server")]
    [InlineData("SLUICE_URL")]
    [InlineData("FLASK_PORT")]
    public async Task A_server_that_does_not_answer_is_status_3_wherever_its_address_came_from(string source)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        var url = $"http://127.0.0.1:{port}";

        var result = source switch
        {
            "--server" => await new Shell().RunAsync("jobs", "--server", url),
            "SLUICE_URL" => await new Shell().With(source, url).RunAsync("jobs"),
            _ => await new Shell().With(source, $"{port}").RunAsync("jobs"),
        };

        result.HasFailed(
            ExitCode.Unreachable,
            $"no server answers at {url} (connection refused); start one with 'sluice server', or name it with --server");
    }

    [Theory]
    [InlineData(401, ExitCode.Failed, "the server wants a token")]
    [InlineData(403, ExitCode.Failed, "the server does not allow this: no")]
    [InlineData(500, ExitCode.Failed, "no")]
    [InlineData(503, ExitCode.Unreachable, "the server cannot answer now (503)")]
    public async Task A_refusal_says_why(int status, int exitCode, string message)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", status, """{"error": "no"}""");

        (await new Shell().RunAsync("jobs", "--server", server.Url)).HasFailedSaying(exitCode, message);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_a_failure_and_no_stack_trace()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, "<html>");

        (await new Shell().RunAsync("jobs", "--server", server.Url))
            .HasFailedSaying(ExitCode.Failed, "the server's answer is not understood");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_token_goes_along_as_a_bearer(bool asOption)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, "[]");

        _ = asOption
            ? await new Shell().RunAsync("jobs", "--server", server.Url, "--token", "secret")
            : await new Shell().With("SLUICE_TOKEN", "secret").RunAsync("jobs", "--server", server.Url);

        Assert.Equal("Bearer secret", server.Single("GET /get_all_jobs").Authorization);
    }
}
