using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

public sealed class ManagementCommandTests
{
    [Theory]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 6, "reason": "2 GPUs were free"}""",
        "a: 2 -> 6 GPUs (2 GPUs were free)")]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 2}""", "a: stays at 2 GPUs")]
    [InlineData("""{"name": "a", "previous": 2, "assigned": 2, "at_next_checkpoint": 4}""",
        "a: 2 GPUs now, 4 from its next checkpoint on")]
    [InlineData("""{"name": null}""", "no job can use more GPUs now")]
    public async Task A_scaling_prints_what_the_job_has_now(string answer, string line)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /scale", 200, answer);

        var result = await new Shell().RunAsync("scale", "--name", "a", "--server", server.Url);

        Assert.Equal((ExitCode.Done, line + "\n"), (result.Code, result.Out));
        Assert.Equal("""{"name":"a"}""", server.Single("POST /scale").Body);
    }

    [Fact]
    public async Task A_scaling_without_a_name_leaves_the_choice_to_the_server()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /scale", 200, """{"name": "b", "previous": 1, "assigned": 2}""");

        await new Shell().RunAsync("scale", "--server", server.Url);

        Assert.Equal("""{"name":null}""", server.Single("POST /scale").Body);
    }

    [Fact]
    public async Task Jobs_to_delete_are_named_by_option_or_by_position()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, """
            {"results": [{"name": "a", "deleted": true, "message": "m"}, {"name": "b", "deleted": true, "message": "m"},
             {"name": "c", "deleted": true, "message": "m"}]}
            """);

        var result = await new Shell().RunAsync("delete", "-n", "a", "-n", "b", "c", "a", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "a deleted\nb deleted\nc deleted\n"), (result.Code, result.Out));
        Assert.Equal("""{"names":["a","b","c"]}""", server.Single("DELETE /delete").Body);
    }

    [Fact]
    public async Task Deletions_as_json_are_what_the_server_said_and_the_status_tells_of_those_that_failed()
    {
        const string answer = """{"results": [{"name": "b", "deleted": false, "message": "Job not found"}]}""";
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, answer);

        var result = await new Shell().RunAsync("delete", "b", "-o", "json", "--server", server.Url);

        Assert.Equal((ExitCode.Failed, answer + "\n", ""), (result.Code, result.Out, result.Error));
    }

    [Fact]
    public async Task A_job_that_could_not_be_deleted_is_a_failure_and_the_others_are_still_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, """
            {"results": [{"name": "a", "deleted": true, "message": "Job deleted successfully"},
             {"name": "b", "deleted": false, "message": "Job not found"}]}
            """);

        var result = await new Shell().RunAsync("delete", "a", "b", "--server", server.Url);

        Assert.Equal(
            (ExitCode.Failed, "a deleted\n", "sluice: b: Job not found\n"), (result.Code, result.Out, result.Error));
    }
}
