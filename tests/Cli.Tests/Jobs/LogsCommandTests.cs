using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

public sealed class LogsCommandTests
{
    private const string LogsRoute = "GET /api/v1/jobs/a/logs";

    [Fact]
    public async Task All_output_is_copied_page_by_page()
    {
        await using var server = await FakeServer.StartAsync();
        var output = new Output(server, pageBytes: 4);
        output.Write("epoch 1\nepoch 2 é\n");

        var result = await new Shell().RunAsync("logs", "a", "--rank", "1", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "epoch 1\nepoch 2 é\n"), (result.Code, result.Bytes));
        Assert.All(
            server.Requests, request => Assert.StartsWith("?rank=1&offset=", request.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_json_each_piece_is_an_object_and_no_character_is_cut_in_two()
    {
        await using var server = await FakeServer.StartAsync();
        var output = new Output(server, pageBytes: 4);
        output.Write("abcé!");

        var result = await new Shell().RunAsync("logs", "a", "-o", "json", "--server", server.Url);

        Assert.Equal("""{"offset":0,"text":"abc"}""" + "\n" + """{"offset":4,"text":"é!"}""" + "\n", result.Out);
        Assert.Equal("", result.Bytes);
    }

    [Fact]
    public async Task Following_ends_with_the_job_and_misses_nothing_of_it()
    {
        await using var server = await FakeServer.StartAsync();
        var output = new Output(server, pageBytes: 1000);
        var looks = 0;
        server.On("GET /api/v1/jobs/a", _ =>
        {
            output.Write($"epoch {++looks}\n");
            return Described(looks < 3 ? "running" : "completed");
        });

        var result = await new Shell().RunAsync("logs", "a", "-f", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "epoch 1\nepoch 2\nepoch 3\n"), (result.Code, result.Bytes));
    }

    [Fact]
    public async Task Following_outlives_a_server_that_is_away_for_a_moment()
    {
        await using var server = await FakeServer.StartAsync();
        var output = new Output(server, pageBytes: 1000);
        output.Write("one\n");
        var looks = 0;
        server.Routes["GET /api/v1/jobs/a"] = _ => ++looks switch
        {
            2 => new(503, []),
            < 4 => new(200, Encoding.UTF8.GetBytes(Described("running"))),
            _ => new(200, Encoding.UTF8.GetBytes(Described("failed"))),
        };

        var result = await new Shell().RunAsync("logs", "a", "-f", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "one\n", 4), (result.Code, result.Bytes, looks));
    }

    [Fact]
    public async Task Following_gives_up_on_a_server_that_stays_away()
    {
        await using var server = await FakeServer.StartAsync();
        new Output(server, pageBytes: 1000).Write("one\n");
        var looks = 0;
        server.Routes["GET /api/v1/jobs/a"] = _ => ++looks == 1
            ? new(200, Encoding.UTF8.GetBytes(Described("running")))
            : new(503, []);

        var result = await new Shell().RunAsync("logs", "a", "-f", "--server", server.Url);

        result.HasFailedSaying(ExitCode.Unreachable, "the server cannot answer now (503)");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_job_is_a_failure(bool follow)
    {
        await using var server = await FakeServer.StartAsync();
        string[] arguments = ["logs", "a", "--server", server.Url];

        (await new Shell().RunAsync(follow ? [.. arguments, "-f"] : arguments))
            .HasFailed(ExitCode.Failed, "Job not found");
    }

    private static string Described(string status) =>
        $$"""{"job": {{Wire.Job("a", status)}}, "is_managed": true}""";

    private sealed class Output
    {
        private readonly List<byte> _bytes = [];

        public Output(FakeServer server, int pageBytes) => server.Routes[LogsRoute] = request =>
        {
            var query = QueryHelpers.ParseQuery(request.Query);
            var offset = int.Parse(query["offset"].Single()!, CultureInfo.InvariantCulture);
            byte[] page = [.. _bytes.Skip(offset).Take(pageBytes)];
            return new(200, page, offset + page.Length);
        };

        public void Write(string text) => _bytes.AddRange(Encoding.UTF8.GetBytes(text));
    }
}
