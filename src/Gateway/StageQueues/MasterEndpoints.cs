using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>What who owns a list does: fills it, sets lifetimes, moves what workers have left.</summary>
internal sealed class MasterEndpoints(
    GrainCalls calls, OperationIds operations, StageListAccess lists, GatewayOptions options) : IDisposable
{
    /// <summary>Of a body, before and after it is unpacked.</summary>
    public const int MaxSetBytes = 64 * 1024 * 1024;

    private const int LargeBytes = 1024 * 1024;

    private readonly SemaphoreSlim _largeSets = new(options.MaxConcurrentLargeSets);

    public async Task InitializeAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var texts = (context.GetRouteValue("minutes") as string)?.TrimEnd('/').Split('/') ?? [];
        checks.Must(
            texts.Length <= StageQueueLimits.MaxStage + 1,
            $"there must be at most {StageQueueLimits.MaxStage + 1} lifetimes");
        var minutes = ImmutableArray.CreateBuilder<double>(texts.Length);
        foreach (var text in texts) minutes.Add(checks.Minutes(text, $"lifetime {minutes.Count}"));
        if (await lists.OpenAsync(context, checks.Problem, creates: true) is not { } list) return;
        var lifetimes = await calls.CallAsync(
            list.Key, new StageLifetimes(minutes.MoveToImmutable()),
            static (IStageQueueGrain grain, StageLifetimes asked) => grain.InitializeAsync(asked));
        lists.Remember(list);
        StageAnswerWriter.SendLifetimes(context, lifetimes);
    }

    public async Task SetAsync(HttpContext context)
    {
        if (await lists.OpenAsync(context, problem: null, creates: true) is not { } list) return;
        // Each may need twice its size in memory, for as long as it lasts.
        var isLarge = context.Request.ContentLength is not <= LargeBytes;
        if (isLarge) await _largeSets.WaitAsync(context.RequestAborted);
        try
        {
            await SetAsync(context, list);
        }
        finally
        {
            if (isLarge) _largeSets.Release();
        }
    }

    public async Task SetLifetimeAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var stage = checks.Stage("stage");
        var minutes = checks.Minutes(context.GetRouteValue("minutes") as string, "minutes");
        if (await lists.OpenAsync(context, checks.Problem, creates: true) is not { } list) return;
        var lifetimes = await calls.CallAsync(
            list.Key, new SetStageLifetime(stage, minutes),
            static (IStageQueueGrain grain, SetStageLifetime asked) => grain.SetLifetimeAsync(asked));
        lists.Remember(list);
        StageAnswerWriter.SendLifetime(context, lifetimes, stage);
    }

    public async Task RedoAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var command = new RedoStage(checks.Stage("bad"), checks.Stage("redo"), operations.Next());
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        var check = await calls.CallAsync(
            list.Key, command, static (IStageQueueGrain grain, RedoStage asked) => grain.RedoAsync(asked));
        StageAnswerWriter.SendCheck(context, check, tellsMoved: true);
    }

    public async Task SetSettingsAsync(HttpContext context)
    {
        QueueSettingsReader given;
        string? problem;
        using (var body = await RequestBody.ReadAsync(context, options.MaxBodyBytes))
        {
            problem = QueueSettingsReader.Read(body.Bytes, out given);
        }

        if (await lists.OpenAsync(context, problem, creates: true) is not { } list) return;
        var settings = await calls.CallAsync(
            list.Key, new ChangeStageQueueSettings(given.Redeliver, given.MaxAttempts),
            static (IStageQueueGrain grain, ChangeStageQueueSettings asked) => grain.ChangeSettingsAsync(asked));
        lists.Remember(list);
        StageAnswerWriter.SendSettings(context, settings);
    }

    public void Dispose() => _largeSets.Dispose();

    private async Task SetAsync(HttpContext context, StageList list)
    {
        var body = await PackedBody.ReadAsync(context, MaxSetBytes);
        if (StageJobsReader.Read(body, out var jobs) is { } problem)
        {
            JsonResponse.SendError(context, problem.Status, problem.Text);
            return;
        }

        var answer = await calls.CallAsync(
            list.Key, new AddStageJobs(jobs),
            static (IStageQueueGrain grain, AddStageJobs asked) => grain.AddAsync(asked));
        if (answer.Added > 0) lists.Remember(list);
        StageAnswerWriter.SendAdded(context, list, answer);
    }
}
