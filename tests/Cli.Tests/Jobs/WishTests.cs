using System.Text.Json;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

/// <summary><c>sluice scale --name JOB --gpus N</c>.</summary>
public sealed class WishTests
{
    [Theory]
    [InlineData(6, 6, null, "a: 4 -> 6 GPUs (it was asked for)")]
    [InlineData(9, 8, null, "a: 4 -> 8 GPUs, not 9 (it was asked for)")]
    [InlineData(9, 4, null, "a: stays at 4 GPUs, not 9 (it was asked for)")]
    [InlineData(6, 4, 6, "a: 4 GPUs now, 6 from its next checkpoint on (it was asked for)")]
    public async Task What_the_job_has_now_is_told_and_that_it_is_less_than_wished(
        int wish, int assigned, int? atNextCheckpoint, string line)
    {
        await using var server = await FakeServer.StartAsync();
        var hasAsked = false;
        server.On("PUT /update_job", _ =>
        {
            hasAsked = true;
            return "{}";
        });
        server.On("GET /api/v1/jobs/a", _ => hasAsked
            ? Wire.Description("a", assigned: assigned, atNextCheckpoint: atNextCheckpoint, reason: "it was asked for")
            : Wire.Description("a"));

        var result = await ScaleAsync(server, wish);

        Assert.Equal((ExitCode.Done, line + "\n"), (result.Code, result.Out));
        Assert.Equal($$"""{"job_name":"a","gpu_assigned":{{wish}}}""", server.Single("PUT /update_job").Body);

        hasAsked = false;
        using var json = JsonDocument.Parse((await ScaleAsync(server, wish, "-o", "json")).Out);
        Assert.Equal(
            ("a", 4, assigned),
            (json.RootElement.GetProperty("name").GetString(), json.RootElement.GetProperty("previous").GetInt32(),
                json.RootElement.GetProperty("assigned").GetInt32()));
    }

    [Theory]
    [InlineData("running", false, "a is run by somebody else")]
    [InlineData("completed", true, "a has ended")]
    [InlineData("failed", true, "a has ended")]
    public async Task A_job_that_cannot_change_is_refused_and_its_record_is_left_alone(
        string status, bool isManaged, string problem)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/a", 200, Wire.Description("a", status, isManaged: isManaged));

        (await ScaleAsync(server, 3)).HasFailed(ExitCode.Failed, problem);

        Assert.DoesNotContain(server.Requests, request => request.Route == "PUT /update_job");
    }

    [Fact]
    public async Task A_wish_needs_a_name() =>
        (await new Shell().RunAsync("scale", "--gpus", "3"))
            .HasFailedSaying(ExitCode.Usage, "--gpus goes with --name");

    private static Task<ShellResult> ScaleAsync(FakeServer server, int gpus, params string[] more) =>
        new Shell().RunAsync(["scale", "--name", "a", "--gpus", $"{gpus}", "--server", server.Url, .. more]);
}
