namespace Sluice.Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_process_that_lives_says_so_whatever_else_is_away()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Grains.Before = _ => throw new TimeoutException();

        Assert.Equal(200, (await gateway.GetAsync("/healthz")).Status);
        Assert.Empty(gateway.Grains.Calls);
    }

    [Fact]
    public async Task A_server_is_ready_once_its_domain_answers()
    {
        await using var gateway = await TestGateway.StartAsync();

        Assert.Equal(200, (await gateway.GetAsync("/readyz")).Status);
        Assert.Equal("pool/default", Assert.Single(gateway.Grains.Calls).Key);

        gateway.Grains.Before = _ => throw new TimeoutException();
        Assert.Equal(503, (await gateway.GetAsync("/readyz")).Status);
    }

    [Fact]
    public async Task A_domain_that_does_not_answer_in_time_makes_no_server_ready()
    {
        await using var gateway = await TestGateway.StartAsync(
            options => options.ReadyTimeout = TimeSpan.FromMilliseconds(20));
        var held = new TaskCompletionSource();
        gateway.Grains.Before = _ => held.Task;

        var answer = await gateway.GetAsync("/readyz");

        Assert.Equal((503, "not ready"), (answer.Status, answer.Error));
        held.SetResult();
    }
}
