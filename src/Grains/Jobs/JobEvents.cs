using System.Collections.Immutable;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using static Sluice.Grains.Events.EventWords;

namespace Sluice.Grains.Jobs;

/// <summary>
/// What a commit of a managed job's row tells of: read off the states before and after it, so that no transition can
/// forget its event. Decisions tell of themselves where they are made, in the ledger's commits. Pure.
/// </summary>
public static class JobEvents
{
    /// <summary>In their order; none for an external job, or where nothing happened that people ask for.</summary>
    public static ImmutableArray<NewEvent> Between(
        JobState before, JobState after, string jobKey, DateTimeOffset now)
    {
        if (before.Managed is null && after.Managed is null && before.Ending.IsEmpty)
        {
            return [];
        }

        var jobName = GrainKeys.ParseJob(jobKey).JobName;
        var events = ImmutableArray.CreateBuilder<NewEvent>();
        foreach (var gone in before.Ending.Where(one => after.Ending.All(other => other.Uid != one.Uid)))
        {
            events.Add(Ended().OfJob(EventKind.Ended, jobName, gone.Uid, now));
        }

        if (before.Managed?.Uid != after.Managed?.Uid)
        {
            if (before.Managed is { } deleted)
            {
                events.Add(Deleted(deleted).OfJob(EventKind.Deleted, jobName, deleted.Uid, now));
            }

            if (after.Managed is { } deployed)
            {
                events.Add(Deployed(deployed, after.Record!).OfJob(EventKind.Deployed, jobName, deployed.Uid, now));
            }
        }
        else if (before.Managed is { } was && after.Managed is { } managed)
        {
            events.AddRange(Changed(was, managed, before.Record!, after.Record!, now)
                .Select(one => one.Details.OfJob(one.Kind, jobName, managed.Uid, one.At)));
        }

        return events.ToImmutable();
    }

    private static IEnumerable<(string Kind, EventDetails Details, DateTimeOffset At)> Changed(
        ManagedJob was, ManagedJob managed, JobRecord before, JobRecord record, DateTimeOffset now)
    {
        // An attempt that has ended for any reason but the job's own end.
        var loss = managed.Unsaved is null && was.Unsaved is not null ? managed.LastLoss : null;
        if (was.End == JobEnd.None && managed.End != JobEnd.None)
        {
            var kind = managed.End == JobEnd.Completed ? EventKind.Completed : EventKind.Failed;
            yield return (kind, Finished(managed, before, record), managed.EndedAt ?? now);
        }
        else if (managed.IsEndConfirmed && !was.IsEndConfirmed)
        {
            yield return (EventKind.Ended, Ended(), managed.EndedAt is { } at && at > now ? at : now);
        }
        else if (managed.Attempt == was.Attempt + 1 && record.Restarts == before.Restarts + 1)
        {
            yield return (EventKind.Restarting, Restarting(was, managed, record, loss, now), loss?.At ?? now);
        }
        else if (loss is not null)
        {
            yield return (EventKind.Stopped, Stopped(was, loss), loss.At);
        }

        if (managed.RunningSince is { } since && was.RunningSince is null)
        {
            yield return (EventKind.Running, Running(managed, record), since);
        }
    }

    private static EventDetails Deployed(ManagedJob managed, JobRecord record) => new()
    {
        Reason = $"{managed.Kind} of "
            + (record.GpuReq < record.GpuLim ? Invariant($"{record.GpuReq} to ") : "")
            + Gpus(record.GpuLim, record.Replicas),
        Namespace = managed.Namespace,
    };

    private static EventDetails Deleted(ManagedJob managed) => new()
    {
        Reason = managed.IsEndConfirmed ? "it had ended" : "what runs of it is being ended",
        GpusBefore = managed.IsEndConfirmed ? null : managed.Applied?.GpuCount,
    };

    private static EventDetails Ended() => new() { Reason = "nothing of it runs any more" };

    private static EventDetails Finished(ManagedJob managed, JobRecord before, JobRecord record) => new()
    {
        Reason = (managed.End, managed.IsEndConfirmed) switch
        {
            (JobEnd.Completed, true) => "it ended with status 0",
            (JobEnd.Failed, true) when managed.Failures > managed.BackoffLimit && managed.BackoffLimit > 0 =>
                Invariant(
                    $"{managed.Message}; {managed.Failures} failures in a row, {managed.BackoffLimit} are allowed"),
            (JobEnd.Failed, true) => $"{managed.Message}; it is not started again",
            _ => managed.Message ?? "by request",
        },
        GpusBefore = before.GpuAssigned,
        Attempt = managed.Attempt,
        Restarts = record.Restarts,
        ExitCode = managed.IsEndConfirmed ? managed.ExitCode : null,
    };

    private static EventDetails Restarting(
        ManagedJob was, ManagedJob managed, JobRecord record, TrainingLoss? loss, DateTimeOffset now)
    {
        var wait = managed.NotBefore is { } notBefore && notBefore > now ? notBefore - now : TimeSpan.Zero;
        return new()
        {
            Reason = $"{managed.Message}; starts again "
                + (wait > TimeSpan.Zero ? Invariant($"in {wait.TotalSeconds:0.#} s") : "at once")
                + Invariant($", restart {record.Restarts}")
                + (loss is null ? "" : $"; {Lost(loss)}"),
            Attempt = was.Attempt,
            Restarts = record.Restarts,
            ExitCode = managed.ExitCode,
            LostSeconds = loss?.Seconds,
        };
    }

    private static EventDetails Stopped(ManagedJob was, TrainingLoss loss) => new()
    {
        Reason = loss.Cause switch
        {
            LossCause.Resized => "to start again with other GPUs",
            LossCause.Preempted => "its GPUs were taken back",
            _ => "it failed",
        } + $"; {Lost(loss)}",
        Attempt = was.Unsaved!.Attempt,
        LostSeconds = loss.Seconds,
    };

    private static EventDetails Running(ManagedJob managed, JobRecord record) => new()
    {
        Reason = Invariant($"attempt {managed.Attempt} with {Gpus(record.GpuAssigned, record.Replicas)}")
            + (managed.Applied is { Blocks.IsEmpty: false } applied ? $" on {string.Join(' ', applied.Blocks)}" : ""),
        GpusAfter = record.GpuAssigned,
        Generation = managed.Generation,
        Attempt = managed.Attempt,
    };

    private static string Lost(TrainingLoss loss) =>
        loss.Seconds < 0.05 ? "no training lost" : Invariant($"{loss.Seconds:F1} s of training lost");
}
