using System.Diagnostics;

namespace Sluice.Gateway.Tests;

/// <summary>Listeners of activities see those of the whole process, so no other test may run beside this one.</summary>
[CollectionDefinition(nameof(ActivityTests), DisableParallelization = true)]
[Collection(nameof(ActivityTests))]
public sealed class ActivityTests
{
    [Fact]
    public async Task A_listener_sees_each_request_as_an_activity()
    {
        await using var gateway = await TestGateway.StartAsync();
        var ended = new TaskCompletionSource<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sluice.Gateway",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName == "/api/v1/capacity") ended.TrySetResult(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);

        await gateway.GetAsync("/api/v1/capacity");

        Assert.Equal(200, (await ended.Task).GetTagItem("http.response.status_code"));
    }
}
