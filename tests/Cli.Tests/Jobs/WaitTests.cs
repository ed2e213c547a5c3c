using System.Text;
using System.Text.Json;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

/// <summary>What <c>--wait</c> waits for, and how it ends.</summary>
public sealed class WaitTests : IDisposable
{
    private const string Running = "2030-01-01T00:00:00+00:00";

    private readonly string _manifest = Path.GetTempFileName();

    public void Dispose() => File.Delete(_manifest);

    [Fact]
    public async Task A_deployment_is_waited_for_until_the_job_runs()
    {
        await using var server = await DeployingAsync(
            Wire.Description("a", "scheduled"), Wire.Description("a", "running", Running));

        var result = await DeployAsync(server);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.EndsWith("\na runs with 4 GPUs\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_as_json_is_one_document_that_tells_how_the_job_is_after_the_wait()
    {
        await using var server = await DeployingAsync(
            Wire.Description("a", "scheduled"), Wire.Description("a", "completed"));

        var result = await DeployAsync(server, "-o", "json");

        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("completed", json.RootElement.GetProperty("job").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_job_that_fails_ends_the_wait_with_its_message_and_status_1()
    {
        await using var server = await DeployingAsync(
            Wire.Description("a", "running"), Wire.Description("a", "failed", message: "rank 0 exited with 3"));

        (await DeployAsync(server)).HasFailedSaying(ExitCode.Failed, "a failed: rank 0 exited with 3");
    }

    [Fact]
    public async Task A_wait_that_is_too_long_fails_and_says_how_things_are()
    {
        await using var server = await DeployingAsync(
            Wire.Description("a", "scheduled", assigned: 0, reason: "no room"));

        (await DeployAsync(server, "--timeout", "5"))
            .HasFailedSaying(ExitCode.Failed, "after 5 s a was scheduled with 0 GPUs (no room)");
    }

    [Fact]
    public async Task A_job_that_is_deleted_meanwhile_ends_the_wait()
    {
        await using var server = await DeployingAsync(Wire.Description("a", "scheduled"));
        server.Routes["GET /api/v1/jobs/a"] = _ => new(404, """{"error": "Job not found"}"""u8.ToArray());

        (await DeployAsync(server)).HasFailedSaying(ExitCode.Failed, "Job not found");
    }

    [Fact]
    public async Task A_server_that_is_away_for_a_moment_is_waited_for_and_one_that_stays_away_is_status_3()
    {
        await using var server = await DeployingAsync(Wire.Description("a", "running", Running));
        var looks = 0;
        var answer = server.Routes["GET /api/v1/jobs/a"];
        server.Routes["GET /api/v1/jobs/a"] = request => ++looks < 4 ? new(503, []) : answer(request);
        Assert.Equal(ExitCode.Done, (await DeployAsync(server)).Code);

        server.Routes["GET /api/v1/jobs/a"] = _ => new(503, []);
        (await DeployAsync(server)).HasFailedSaying(ExitCode.Unreachable, "503");
    }

    [Theory]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 6}""", 6)]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 2, "at_next_checkpoint": 6}""", 6)]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 2}""", 2)]
    public async Task A_scaling_is_waited_for_until_the_job_runs_with_what_it_is_to_have(string scaled, int gpus)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /scale", 200, scaled);
        var looks = Answers(
            server,
            Wire.Description("a", "running", Running, assigned: 2, atNextCheckpoint: 6),
            Wire.Description("a", "running", assigned: gpus),
            Wire.Description("a", "running", Running, assigned: gpus));

        var result = await new Shell().RunAsync("scale", "--name", "a", "--wait", "--server", server.Url);

        Assert.Equal((ExitCode.Done, 3), (result.Code, looks()));
    }

    [Fact]
    public async Task A_deletion_is_waited_for_until_nothing_of_the_jobs_holds_GPUs()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, """{"results": [{"name": "a", "deleted": true, "message": "m"}]}""");
        var other = Wire.Allocation("b", 0, "deleted", held: 2, isEnding: true);
        var successor = Wire.Allocation("a", 2, "admitted");
        string[] views =
        [
            Wire.Capacity(8, 2, Wire.Allocation("a", 0, "deleted", held: 4, isEnding: true), other),
            Wire.Capacity(8, 2, successor, other),
        ];
        var looks = 0;
        server.On("GET /api/v1/capacity", _ => views[Math.Min(looks++, 1)]);

        var result = await new Shell().RunAsync("delete", "a", "--wait", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "a deleted\n", 2), (result.Code, result.Out, looks));
    }

    [Fact]
    public async Task A_deletion_that_takes_too_long_says_what_is_still_held()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, """{"results": [{"name": "a", "deleted": true, "message": "m"}]}""");
        server.On("GET /api/v1/capacity", 200, Wire.Capacity(
            8, 2, Wire.Allocation("a", 0, "deleted", held: 4, isEnding: true)));

        (await new Shell().RunAsync("delete", "a", "--wait", "--timeout", "2", "--server", server.Url))
            .HasFailedSaying(ExitCode.Failed, "after 2 s a still held 4 GPUs");
    }

    [Theory]
    [InlineData("deploy", "-f", "x", "--timeout", "3")]
    [InlineData("scale", "--timeout", "3")]
    [InlineData("delete", "a", "--timeout", "3")]
    public async Task A_timeout_without_a_wait_is_refused(params string[] arguments) =>
        (await new Shell().RunAsync(arguments)).HasFailedSaying(ExitCode.Usage, "--timeout goes with --wait");

    private static async Task<FakeServer> DeployingAsync(params string[] descriptions)
    {
        var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, $$"""{"message": "m", "job": {{Wire.Job("a")}}, "reason": "fits"}""");
        Answers(server, descriptions);
        return server;
    }

    /// <summary>One after the other; the last one for ever.</summary>
    private static Func<int> Answers(FakeServer server, params string[] descriptions)
    {
        var looks = 0;
        server.Routes["GET /api/v1/jobs/a"] = _ =>
            new(200, Encoding.UTF8.GetBytes(descriptions[Math.Min(looks++, descriptions.Length - 1)]));
        return () => looks;
    }

    private Task<ShellResult> DeployAsync(FakeServer server, params string[] more) =>
        new Shell().RunAsync(["deploy", "-f", _manifest, "--wait", "--server", server.Url, .. more]);
}
