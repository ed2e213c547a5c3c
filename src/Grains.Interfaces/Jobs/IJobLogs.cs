namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// The output of managed jobs, where this process can reach it. No grain: output goes from the executor's files to the
/// reader without passing a turn.
/// </summary>
public interface IJobLogs
{
    /// <summary>The output of a job from <paramref name="offset"/> on, oldest attempt first.</summary>
    /// <param name="uid">The job's uid.</param>
    /// <param name="rank">The replica, from 0.</param>
    /// <param name="offset">Bytes from the beginning; 0 or more.</param>
    /// <param name="maxBytes">1 to 1 MiB.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Empty at the end of what is there; null where nothing is known of the uid and rank.</returns>
    Task<ReadOnlyMemory<byte>?> ReadAsync(
        string uid, int rank, long offset, int maxBytes, CancellationToken cancellationToken);
}
