using Microsoft.Extensions.Logging;

namespace Sluice.Grains.Capacity;

public sealed partial class ClusterCapacityGrain
{
    [LoggerMessage(2001, LogLevel.Information,
        "Domain {Domain} loaded: {Active} active jobs, {Entries} in the ledger, change {Change}")]
    private static partial void LogLoaded(ILogger logger, string domain, int active, int entries, long change);

    [LoggerMessage(2002, LogLevel.Information, "{Domain}/{JobName}: {Decision}, generation {Generation}: {Reason}")]
    private static partial void LogDecided(
        ILogger logger, string domain, string jobName, string decision, long generation, string reason);

    [LoggerMessage(2003, LogLevel.Error, "The ledger of {Domain} failed and is loaded anew at the next call")]
    private static partial void LogFailed(ILogger logger, Exception exception, string domain);
}
