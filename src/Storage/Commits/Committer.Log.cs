using Microsoft.Extensions.Logging;

namespace Sluice.Storage.Commits;

internal sealed partial class Committer
{
    [LoggerMessage(5010, LogLevel.Warning,
        "A transaction of {WriteCount} writes to {Database} failed; each is tried by itself")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, int writeCount, string database);

    [LoggerMessage(5011, LogLevel.Error, "The write of {Key} to {Database} failed and was not acknowledged")]
    private static partial void LogWriteFailed(ILogger logger, Exception exception, string key, string database);

    [LoggerMessage(5012, LogLevel.Warning, "The connection to {Database} is given up; another is opened")]
    private static partial void LogSessionLost(ILogger logger, Exception exception, string database);

    [LoggerMessage(5013, LogLevel.Warning, "Purging markers in {Database} failed; it is tried again later")]
    private static partial void LogPurgeFailed(ILogger logger, Exception exception, string database);
}
