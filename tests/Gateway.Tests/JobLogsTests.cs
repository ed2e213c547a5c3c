using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

public sealed class JobLogsTests
{
    [Fact]
    public async Task Output_is_sent_with_the_offset_to_go_on_from()
    {
        var logs = new FakeLogs("0123456789");
        await using var gateway = await StartAsync(logs);

        var answer = await gateway.GetAsync("/api/v1/jobs/job_1/logs?rank=2&offset=3&max=4");

        Assert.Equal((200, "3456"), (answer.Status, answer.Body));
        Assert.Equal("7", Assert.Single(answer.Headers.GetValues("Sluice-Next-Offset")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("text/plain; charset=utf-8", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(("u1", 2, 3L, 4), logs.Asked);
    }

    [Fact]
    public async Task Without_parameters_the_first_64_KiB_of_rank_0_are_sent()
    {
        var logs = new FakeLogs("x");
        await using var gateway = await StartAsync(logs);

        await gateway.GetAsync("/api/v1/jobs/job_1/logs");

        Assert.Equal(("u1", 0, 0L, 65536), logs.Asked);
    }

    [Fact]
    public async Task At_the_end_of_the_output_nothing_comes_and_the_offset_stays()
    {
        await using var gateway = await StartAsync(new FakeLogs("abc"));

        var answer = await gateway.GetAsync("/api/v1/jobs/job_1/logs?offset=3");

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal("3", Assert.Single(answer.Headers.GetValues("Sluice-Next-Offset")));
    }

    [Theory]
    [InlineData("rank=-1", "rank")]
    [InlineData("rank=2147483648", "rank")]
    [InlineData("rank=x", "rank")]
    [InlineData("offset=-1", "offset")]
    [InlineData("offset=1.5", "offset")]
    [InlineData("offset=9223372036854775808", "offset")]
    [InlineData("max=0", "max")]
    [InlineData("max=1048577", "max")]
    [InlineData("max=1&max=2", "max")]
    public async Task A_range_that_is_none_gets_400_by_its_name(string query, string name)
    {
        await using var gateway = await StartAsync(new FakeLogs("abc"));

        var answer = await gateway.GetAsync($"/api/v1/jobs/job_1/logs?{query}");

        Assert.Equal(400, answer.Status);
        Assert.StartsWith($"{name} must be ", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_is_not_known_gets_404()
    {
        await using var gateway = await StartAsync(new FakeLogs(null));
        Assert.Equal(404, (await gateway.GetAsync("/api/v1/jobs/job_1/logs")).Status);

        gateway.Grains.Description = gateway.Grains.Description! with { Uid = null, IsManaged = false };
        Assert.Equal(404, (await gateway.GetAsync("/api/v1/jobs/job_1/logs")).Status);

        gateway.Grains.Description = null;
        Assert.Equal("Job not found", (await gateway.GetAsync("/api/v1/jobs/job_1/logs")).Error);
    }

    [Fact]
    public async Task A_process_that_reaches_no_output_says_so()
    {
        await using var gateway = await TestGateway.StartAsync();

        var answer = await gateway.GetAsync("/api/v1/jobs/job_1/logs");

        Assert.Equal((404, "There is no output of this job and rank here"), (answer.Status, answer.Error));
    }

    private static Task<TestGateway> StartAsync(FakeLogs logs) =>
        TestGateway.StartAsync(addServices: services => services.AddSingleton<IJobLogs>(logs));

    private sealed class FakeLogs(string? text) : IJobLogs
    {
        public (string Uid, int Rank, long Offset, int Max) Asked { get; private set; }

        public Task<ReadOnlyMemory<byte>?> ReadAsync(
            string uid, int rank, long offset, int maxBytes, CancellationToken cancellationToken)
        {
            Asked = (uid, rank, offset, maxBytes);
            if (text is null) return Task.FromResult<ReadOnlyMemory<byte>?>(null);
            var bytes = Encoding.UTF8.GetBytes(text).AsMemory((int)offset);
            return Task.FromResult<ReadOnlyMemory<byte>?>(bytes[..Math.Min(bytes.Length, maxBytes)]);
        }
    }
}
