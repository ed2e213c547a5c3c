using System.Collections.Immutable;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>Puts a list in the words of the contracts. Pure.</summary>
public static class StageQueueViews
{
    public static StageQueueProgress Progress(StageQueueState state, string? etag) => new()
    {
        JobCount = state.Jobs.Count,
        Stages = Stages(state),
        LastStage = state.LastStage,
        Fraction = state.Fraction,
        FlaggedCount = state.Flagged.Count,
        Settings = Settings(state.Head),
        Version = etag ?? "",
    };

    public static StageQueueSettings Settings(StageQueueHead head) =>
        new() { Redeliver = head.Redeliver, MaxAttempts = head.MaxAttempts };

    public static StageJobPage Page(StageQueueState state, StageJobQuery query)
    {
        var jobs = ImmutableArray.CreateBuilder<StageJobView>();
        long bytes = 0;
        foreach (var job in state.JobsAfter(query.After, query.Stage, query.IsFlagged))
        {
            if (jobs.Count == query.Max || bytes >= Interfaces.StageQueues.StageQueueLimits.MaxPageBytes)
            {
                var last = jobs[^1].JobId;
                return new(jobs.DrainToImmutable(), last);
            }

            jobs.Add(View(state, job));
            bytes += job.Command.Length;
        }

        return new(jobs.DrainToImmutable(), Next: null);
    }

    public static HandOutAnswer Answer(HandOutResult result) => new()
    {
        Outcome = result.IsKeyReused ? HandOutOutcome.KeyReused
            : result.Grant is null ? HandOutOutcome.NoneWaits
            : HandOutOutcome.Done,
        Job = result.Grant is not { } grant ? null : new()
        {
            JobId = grant.JobId,
            Stage = grant.Stage,
            Command = grant.Command,
            Lease = grant.Lease,
            LeaseUntil = grant.Until,
            FailedAttempts = grant.FailedAttempts,
        },
    };

    public static MoveOutcome Outcome(StageMoveOutcome outcome) => outcome switch
    {
        StageMoveOutcome.Done => MoveOutcome.Done,
        StageMoveOutcome.NotFound => MoveOutcome.NotFound,
        StageMoveOutcome.LeaseOver => MoveOutcome.LeaseOver,
        StageMoveOutcome.KeyReused => MoveOutcome.KeyReused,
        StageMoveOutcome.TooLarge => MoveOutcome.TooLarge,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no outcome"),
    };

    private static ImmutableArray<StageProgress> Stages(StageQueueState state)
    {
        var stages = ImmutableArray.CreateBuilder<StageProgress>();
        var lifetimes = state.Head.Lifetimes;
        foreach (var stage in Enumerable.Range(0, lifetimes.Length)
            .Concat(state.Stages.Keys.Where(stage => stage >= lifetimes.Length)))
        {
            var members = state.Stages.GetValueOrDefault(stage, StageMembers.None);
            stages.Add(new()
            {
                Stage = stage,
                JobCount = members.Count,
                HandedOutCount = members.HandedOut.Count,
                FlaggedCount = members.FlaggedCount,
                LifetimeMinutes = stage < lifetimes.Length ? lifetimes[stage] : null,
            });
        }

        return stages.DrainToImmutable();
    }

    private static StageJobView View(StageQueueState state, ListedJob job) => new()
    {
        JobId = job.Id,
        Stage = job.Stage,
        Command = job.Command,
        FileName = job.FileName,
        Since = job.Since,
        IsHandedOut = job.IsHandedOut,
        Until = job.Until(state.Head.LifetimeOf(job.Stage)),
        FlaggedAt = job.FlaggedAt,
        FailedAttempts = job.FailedAttempts,
    };
}
