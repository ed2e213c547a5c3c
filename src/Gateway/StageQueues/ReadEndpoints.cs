using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>What programs may look at of a list.</summary>
internal sealed class ReadEndpoints(GrainCalls calls, StageListAccess lists)
{
    public async Task GetLifetimesAsync(HttpContext context)
    {
        if (await lists.OpenAsync(context, problem: null) is not { } list) return;
        StageAnswerWriter.SendLifetimes(context, await ReadLifetimesAsync(list));
    }

    public async Task GetLifetimeAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var stage = checks.Stage("stage");
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        StageAnswerWriter.SendLifetime(context, await ReadLifetimesAsync(list), stage);
    }

    public async Task CheckAsync(HttpContext context)
    {
        if (await lists.OpenAsync(context, problem: null) is not { } list) return;
        var check = await calls.CallAsync(
            list.Key, 0, static (IStageQueueGrain grain, int _) => grain.CheckAsync());
        StageAnswerWriter.SendCheck(context, check, tellsMoved: false);
    }

    public async Task GetProgressAsync(HttpContext context)
    {
        if (await lists.OpenAsync(context, problem: null) is not { } list) return;
        var progress = await calls.CallAsync(
            list.Key, 0, static (IStageQueueGrain grain, int _) => grain.GetProgressAsync());
        StageAnswerWriter.SendProgress(context, progress);
    }

    public async Task ReadJobsAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var query = checks.JobQuery();
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        var page = await calls.CallAsync(
            list.Key, query, static (IStageQueueGrain grain, StageJobQuery asked) => grain.ReadJobsAsync(asked));
        await StageJobPageWriter.SendAsync(context, page);
    }

    private ValueTask<StageLifetimes> ReadLifetimesAsync(StageList list) => calls.CallAsync(
        list.Key, 0, static (IStageQueueGrain grain, int _) => grain.GetLifetimesAsync());
}
