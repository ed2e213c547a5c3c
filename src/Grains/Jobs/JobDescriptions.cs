using Sluice.Grains.Interfaces.Jobs;
using Sluice.Manifests;

namespace Sluice.Grains.Jobs;

/// <summary>Puts a job's state in the words that people read. Pure.</summary>
public static class JobDescriptions
{
    public static JobDescription? Of(JobState state)
    {
        if (state.Record is not { } record)
        {
            return null;
        }

        return state.Managed is not { } managed
            ? new() { Job = record, IsManaged = false }
            : new()
            {
                Job = record,
                IsManaged = true,
                Uid = managed.Uid,
                Kind = managed.Kind.ToString(),
                Namespace = managed.Namespace,
                Generation = managed.Generation,
                Placement = managed.Applied is { IsAdmitted: true } applied && managed.End == JobEnd.None
                    ? string.Join(' ', applied.Blocks)
                    : null,
                Reason = managed switch
                {
                    { End: not JobEnd.None } => null,
                    { IsBackingOff: true } => FormattableString.Invariant(
                        $"{managed.Message}; it starts again at {managed.NotBefore:HH:mm:ss} UTC, and keeps its GPUs"),
                    _ => managed.Applied?.Reason,
                },
                Attempt = managed.Attempt,
                ExitCode = managed.ExitCode,
                Message = managed.Message,
                ScaleMode = ScaleModes.Word(
                    managed.IsAfterCheckpoint ? Manifests.ScaleMode.AfterCheckpoint : Manifests.ScaleMode.Immediate),
                NotBefore = managed.NotBefore,
                StartedAt = managed.StartedAt,
                EndedAt = managed.IsEndConfirmed ? managed.EndedAt : null,
                LostSeconds = managed.LostSeconds,
                LastLostSeconds = managed.LastLoss?.Seconds,
                LastLossCause = managed.LastLoss?.Cause.ToString().ToLowerInvariant(),
                RunningSince = managed.RunningSince,
                AtNextCheckpoint = managed.End == JobEnd.None ? managed.Applied?.AtNextCheckpoint : null,
            };
    }
}
