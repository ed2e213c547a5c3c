using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>What workers ask: a job to do, and what became of it.</summary>
internal sealed class WorkerEndpoints(
    GrainCalls calls, OperationIds operations, StageListAccess lists, TimeProvider time)
{
    /// <summary>Of a body, before and after it is unpacked.</summary>
    public const int MaxUpdateBytes = 1024 * 1024;

    public async Task HandOutAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var stage = checks.Stage("stage");
        var next = checks.NextStage("next", stage);
        var leaseSeconds = checks.LeaseSeconds();
        var key = checks.IdempotencyKey();
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        var command = new HandOut
        {
            Stage = stage,
            Next = next,
            OperationId = key ?? operations.Next(),
            IsKey = key is not null,
            LeaseSeconds = leaseSeconds,
        };
        var answer = await calls.CallAsync(
            list.Key, command, static (IStageQueueGrain grain, HandOut asked) => grain.HandOutAsync(asked));
        StageAnswerWriter.SendHandOut(context, list, answer, leaseSeconds, time.GetUtcNow());
    }

    public Task UpdateAsync(HttpContext context) => UpdateAsync(context, readsBody: false);

    public Task UpdateFromBodyAsync(HttpContext context) => UpdateAsync(context, readsBody: true);

    public async Task ExtendLeaseAsync(HttpContext context)
    {
        var checks = new StageRequestChecks(context);
        var jobId = checks.JobId();
        var lease = checks.Lease();
        checks.Must(lease is not null, "Lease is missing: send what /get answered as Lease");
        var seconds = checks.LeaseSeconds();
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        var answer = await calls.CallAsync(
            list.Key, new ExtendLease(jobId, lease!, seconds),
            static (IStageQueueGrain grain, ExtendLease asked) => grain.ExtendLeaseAsync(asked));
        StageAnswerWriter.SendLease(context, jobId, answer, seconds, time.GetUtcNow());
    }

    private async Task UpdateAsync(HttpContext context, bool readsBody)
    {
        var checks = new StageRequestChecks(context);
        var jobId = checks.JobId();
        var stage = checks.Stage("stage");
        var lease = checks.Lease();
        var key = checks.IdempotencyKey();
        if (await lists.OpenAsync(context, checks.Problem) is not { } list) return;
        var body = readsBody ? await PackedBody.ReadAsync(context, MaxUpdateBytes) : default;
        if (JobUpdateReader.Read(body, out var update) is { } problem)
        {
            JsonResponse.SendError(context, problem.Status, problem.Text);
            return;
        }

        var command = new MoveStageJob
        {
            JobId = jobId,
            Stage = stage,
            OperationId = key ?? operations.Next(),
            Caller = NameOf(context.Connection.RemoteIpAddress),
            Lease = lease,
            FileName = update.FileName,
            Command = update.Command,
            IsKey = key is not null,
        };
        var answer = await calls.CallAsync(
            list.Key, command, static (IStageQueueGrain grain, MoveStageJob asked) => grain.MoveAsync(asked));
        StageAnswerWriter.SendMove(context, command, answer);
    }

    private static string NameOf(IPAddress? address) => address?.ToString() ?? "local";
}
