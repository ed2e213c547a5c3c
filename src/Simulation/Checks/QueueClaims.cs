using System.Globalization;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Simulation.Checks;

/// <summary>What answers of stage queues say of a version of the list.</summary>
internal static class QueueClaims
{
    public static bool OfAddition(AddStageJobs command, ListVersion list) =>
        command.Jobs.All(job => list.Find(job.JobId) is not null);

    /// <summary>The hand-out is in the row; or the job has gone on in the same commit.</summary>
    public static bool OfHandOut(HandedOutJob job, ListVersion list) =>
        list.Find(job.JobId) is { } row
        && (row.Lease == job.Lease || row.HandOuts > NumberOf(job.Lease));

    /// <summary>
    /// No job waited all the time from the question to the answer. One version alone cannot tell: other commands of the
    /// same fold take the last one that waits, and let another one wait.
    /// </summary>
    public static bool OfNone(HandOut request, IReadOnlyList<ListVersion> versions) =>
        !versions[0].Jobs.Values.Any(job => !job.IsHandedOut && job.Stage == request.Stage
            && versions.All(version => version.Find(job.Id) is { } row
                && (row.IsHandedOut, row.Stage, row.HandOuts, row.Since)
                    == (false, job.Stage, job.HandOuts, job.Since)));

    /// <summary>
    /// The move is remembered in the row, with the save path that came with it where it is the newest; or another one
    /// of that worker, which its own may repeat.
    /// </summary>
    public static bool OfMove(MoveStageJob command, ListVersion list)
    {
        if (list.Find(command.JobId) is not { Moves: { IsEmpty: false } moves } row)
        {
            return false;
        }

        return moves[^1].Stage == command.Stage && IsOf(moves[^1], command)
            ? command.FileName is null || row.FileName == command.FileName
            : moves.Any(move => move.Stage == command.Stage && (IsOf(move, command)
                || (command.Lease is null && !command.IsKey && move.Caller == command.Caller)));
    }

    public static bool OfExtension(ExtendLease command, ExtendLeaseAnswer answer, ListVersion list) =>
        list.Find(command.JobId) is { } row
        && ((row.Lease == command.Lease && row.IsHandedOut && list.UntilOf(row) == answer.Until)
            || !HasLease(row, command.Lease));

    public static bool HasLease(ListedJob? row, string? lease) => row?.Lease == lease && row?.IsHandedOut == true;

    public static bool OfRedo(RedoStage command, StageCheck answer, ListVersion list) =>
        answer.Moved == 0 || list.Head.Redos.Any(done =>
            done == new DoneRedo(command.OperationId, answer.Flagged, answer.Moved));

    public static bool OfProgress(StageQueueProgress answer, ListVersion list) =>
        answer.JobCount == list.Jobs.Count
        && answer.FlaggedCount == list.Jobs.Values.Count(job => job.FlaggedAt is not null)
        && answer.Stages.All(stage => list.Jobs.Values.Where(job => job.Stage == stage.Stage).ToList() is var jobs
            && (stage.JobCount, stage.HandedOutCount, stage.FlaggedCount) == (jobs.Count,
                jobs.Count(job => job.IsHandedOut), jobs.Count(job => job.FlaggedAt is not null)));

    public static bool OfPage(StageJobPage answer, ListVersion list) =>
        answer.Jobs.Select(job => (job.JobId, job.Stage, job.IsHandedOut, job.FileName)).SequenceEqual(
            list.Jobs.Values.Select(job => (job.Id, job.Stage, job.IsHandedOut, job.FileName)));

    private static bool IsOf(DoneMove move, MoveStageJob command) =>
        move.OperationId == command.OperationId
        || (command.Lease is { } lease && move.HandOut == NumberOf(lease));

    private static int NumberOf(string lease) => int.Parse(
        lease.AsSpan(lease.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
}
