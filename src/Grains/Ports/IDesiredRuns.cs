using System.Collections.Immutable;

namespace Sluice.Grains.Ports;

/// <summary>
/// What should run, as the job grains have committed it; read by the executors' loop, outside of any grain.
/// </summary>
public interface IDesiredRuns
{
    /// <summary>
    /// The runs of all jobs of the domain of which something runs, should run, or is still to be ended. Whatever an
    /// executor runs beside them belongs to nobody and is ended, so a job that is missing here by mistake is lost.
    /// </summary>
    Task<DesiredRuns> ReadAllAsync(string domain, CancellationToken cancellationToken);

    /// <summary>The runs of the jobs that changed after <paramref name="after"/>, as they are now.</summary>
    /// <param name="domain">A capacity domain.</param>
    /// <param name="after">The <see cref="DesiredRuns.Position"/> of the read before.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>
    /// Null where the follower fell too far behind and must begin anew with <see cref="ReadAllAsync"/>.
    /// </returns>
    Task<DesiredRuns?> ReadChangesAsync(string domain, long after, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when there is something after <paramref name="after"/>; may come for nothing, and must come within a
    /// few seconds of a change.
    /// </summary>
    Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken);
}

/// <summary>A read of desired runs.</summary>
/// <param name="Jobs">At most one entry a job.</param>
/// <param name="Position">Where the next read of changes begins.</param>
/// <param name="IsComplete">False: more has been committed already, and a further read of changes gives it.</param>
public sealed record DesiredRuns(ImmutableArray<JobRuns> Jobs, long Position, bool IsComplete = true);

/// <summary>
/// All that is desired of one job's row. It replaces what the row desired before: a uid that is no longer in it is
/// desired by nobody, and forgotten once it has ended.
/// </summary>
/// <param name="JobKey">Key of the job's grain.</param>
/// <param name="Runs">
/// The current job and the predecessors of its name whose end is not confirmed yet; empty where nothing is left to be
/// done.
/// </param>
public sealed record JobRuns(string JobKey, ImmutableArray<DesiredRun> Runs);
