using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Grains.Interfaces.Events;

namespace Sluice.Gateway.Tests;

public sealed class EventTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway = Fresh(fixture);

    [Fact]
    public async Task Events_are_answered_with_the_number_to_go_on_after()
    {
        var answer = await _gateway.GetAsync("/api/v1/events");

        Assert.Equal(200, answer.Status);
        var page = JsonNode.Parse(answer.Body)!;
        Assert.Equal(7, (long)page["next"]!);
        var told = Assert.Single(page["events"]!.AsArray())!;
        Assert.Equal(
            ["number", "time", "job", "uid", "kind", "reason", "gpus_before", "gpus_after", "generation", "attempt",
                "restarts", "exit_code", "lost_seconds", "at_checkpoint", "node", "namespace"],
            told.AsObject().Select(part => part.Key));
        Assert.Equal(("resized", 4, 2), ((string)told["kind"]!, (int)told["gpus_before"]!, (int)told["gpus_after"]!));
    }

    [Fact]
    public async Task The_query_is_passed_on()
    {
        await _gateway.GetAsync("/api/v1/events");
        await _gateway.GetAsync("/api/v1/events?job=job%201&after=5&limit=1000");
        await _gateway.GetAsync("/api/v1/events?after=0&wait=30");

        Assert.Equal(
            [
                new EventQuery { Limit = 100 },
                new EventQuery { Job = "job 1", After = 5, Limit = 1000 },
                new EventQuery { After = 0, Limit = 100, MayWait = true },
            ],
            Queries());
    }

    [Theory]
    [InlineData("after=-1", "after must be an integer of 0 or more")]
    [InlineData("after=x", "after must be an integer of 0 or more")]
    [InlineData("limit=0", "limit must be an integer of 1 to 1000")]
    [InlineData("limit=1001", "limit must be an integer of 1 to 1000")]
    [InlineData("wait=31", "wait must be an integer of 0 to 30")]
    [InlineData("wait=1&wait=2", "wait must be an integer of 0 to 30")]
    [InlineData("job=", "job must be the name of one job")]
    [InlineData("job=a%2Fb", "job must be the name of one job")]
    [InlineData("job=a&job=b", "job must be the name of one job")]
    public async Task What_cannot_be_read_gets_400_by_its_name(string query, string error)
    {
        var answer = await _gateway.GetAsync($"/api/v1/events?{query}");

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(_gateway.Grains.Calls);
    }

    [Fact]
    public async Task A_reader_that_waits_is_answered_with_the_first_event_that_comes()
    {
        var looks = 0;
        _gateway.Grains.Events = query => ++looks < 3 ? new([], 10 + looks) : new([Samples.Event], 13);

        var answer = await _gateway.GetAsync("/api/v1/events?after=10&wait=30");

        Assert.Equal(13, (long)JsonNode.Parse(answer.Body)!["next"]!);
        Assert.Equal([10, 11, 12], Queries().Select(query => query.After));
        Assert.All(Queries(), query => Assert.True(query.MayWait));
    }

    [Fact]
    public async Task A_wait_ends_with_the_server()
    {
        await using var gateway = await TestGateway.StartAsync();
        var isWaiting = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        gateway.Grains.Events = _ => new([], 1);
        gateway.Grains.Before = call =>
        {
            isWaiting.TrySetResult();
            return mayAnswer.Task;
        };

        var waiting = gateway.GetAsync("/api/v1/events?after=1&wait=30");
        await isWaiting.Task;
        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        mayAnswer.SetResult();

        Assert.Equal(1, (long)JsonNode.Parse((await waiting).Body)!["next"]!);
    }

    [Fact]
    public async Task More_readers_than_may_wait_are_answered_at_once()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.MaxWaitingReaders = 0);
        gateway.Grains.Events = _ => new([], 3);

        var answer = await gateway.GetAsync("/api/v1/events?after=3&wait=30");

        Assert.Equal(3, (long)JsonNode.Parse(answer.Body)!["next"]!);
        Assert.False(Assert.IsType<EventQuery>(Assert.Single(gateway.Grains.Calls).Command).MayWait);
    }

    private static TestGateway Fresh(GatewayFixture fixture)
    {
        fixture.Gateway.Grains.Reset();
        return fixture.Gateway;
    }

    private IEnumerable<EventQuery> Queries() =>
        _gateway.Grains.Calls.Select(call => Assert.IsType<EventQuery>(call.Command));
}
