using System.Globalization;

namespace Sluice.Scheduling.StageQueues;

/// <summary>Reads leases: the job's id and the number of the hand-out.</summary>
internal static class Leases
{
    /// <summary>The number of the hand-out; null: this is no lease of that job.</summary>
    public static int? NumberOf(ListedJob job, string lease)
    {
        var dash = lease.LastIndexOf('-');
        return dash > 0
            && long.TryParse(
                lease.AsSpan(0, dash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            && id == job.Id
            && int.TryParse(lease.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>Why a lease is not the current one, for people; null: it is.</summary>
    public static string? Problem(ListedJob job, string lease) => NumberOf(job, lease) switch
    {
        null => $"this is no lease of job {job.Id}",
        { } number when number > job.HandOuts => $"job {job.Id} was never handed out with this lease",
        { } number when number < job.HandOuts => $"the lease is over: job {job.Id} was handed out again since",
        _ when job.Hand is null => $"the lease is over: job {job.Id} waits in stage {job.Stage}",
        _ => null,
    };
}
