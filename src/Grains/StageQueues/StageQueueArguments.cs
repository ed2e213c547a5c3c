using System.Text.Json;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Scheduling.StageQueues;
using Limits = Sluice.Grains.Interfaces.StageQueues.StageQueueLimits;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// Checks what callers give before it joins the others: one caller's fault must not fail the batch that it is folded
/// in. Commands are copied, as they may be parts of a large body. Pure.
/// </summary>
internal static class StageQueueArguments
{
    private const int MaxAttempts = 1_000_000;

    public static void Check(StageLifetimes lifetimes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetimes.Minutes.Length, Limits.MaxStage + 1);
        foreach (var minutes in lifetimes.Minutes)
        {
            CheckMinutes(minutes);
        }
    }

    public static void CheckStage(int stage)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stage);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stage, Limits.MaxStage);
    }

    public static void CheckMinutes(double minutes)
    {
        // Turned around, so that what is no number fails as well.
        if (!(minutes is >= 0 and <= Limits.MaxMinutes))
        {
            throw new ArgumentOutOfRangeException(nameof(minutes), minutes, "no lifetime");
        }
    }

    public static void CheckLeaseSeconds(double? seconds)
    {
        if (seconds is { } asked && !(asked is >= 1 and <= Limits.MaxLeaseSeconds))
        {
            throw new ArgumentOutOfRangeException(nameof(seconds), asked, "no lease");
        }
    }

    public static void Check(StageJobQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Max);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Max, Limits.MaxPage);
    }

    public static void Check(ChangeStageQueueSettings command)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(command.MaxAttempts ?? 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(command.MaxAttempts ?? 0, MaxAttempts);
    }

    public static NewJob[] Copy(AddStageJobs command)
    {
        var jobs = new NewJob[command.Jobs.Length];
        var ids = new HashSet<long>(jobs.Length);
        for (var index = 0; index < jobs.Length; index++)
        {
            var job = command.Jobs[index];
            CheckStage(job.Stage);
            if (!ids.Add(job.JobId))
            {
                throw new ArgumentException($"job {job.JobId} is there twice", nameof(command));
            }

            jobs[index] = new(job.JobId, job.Stage, CopyJson(job.Command));
        }

        return jobs;
    }

    public static HandOutRequest Copy(HandOut command)
    {
        CheckStage(command.Stage);
        CheckStage(command.Next);
        CheckLeaseSeconds(command.LeaseSeconds);
        ArgumentException.ThrowIfNullOrEmpty(command.OperationId);
        return new(command.Stage, command.Next, command.OperationId, command.IsKey, command.LeaseSeconds);
    }

    public static MoveRequest Copy(MoveStageJob command)
    {
        CheckStage(command.Stage);
        ArgumentException.ThrowIfNullOrEmpty(command.OperationId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(command.FileName?.Length ?? 0, Limits.MaxFileNameLength);
        return new()
        {
            JobId = command.JobId,
            Stage = command.Stage,
            OperationId = command.OperationId,
            IsKey = command.IsKey,
            Caller = command.Caller,
            Lease = command.Lease,
            FileName = command.FileName,
            Command = command.Command is { } json ? CopyJson(json) : default(ReadOnlyMemory<byte>?),
        };
    }

    /// <summary>One JSON value without what stands around it: what is stored must be readable again.</summary>
    private static ReadOnlyMemory<byte> CopyJson(ReadOnlyMemory<byte> json)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(json.Length, Limits.MaxCommandBytes);
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = Limits.MaxCommandDepth });
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (!reader.Read())
            {
                return json[start..end].ToArray();
            }
        }
        catch (JsonException failure)
        {
            throw new ArgumentException("a command is one JSON value", nameof(json), failure);
        }

        throw new ArgumentException("a command is one JSON value", nameof(json));
    }
}
