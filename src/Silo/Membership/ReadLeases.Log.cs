using Microsoft.Extensions.Logging;

namespace Sluice.Silo.Membership;

internal sealed partial class ReadLeases
{
    [LoggerMessage(8001, LogLevel.Warning, "The read lease could not be renewed; reads ask the store meanwhile")]
    private static partial void LogNotRenewed(ILogger logger, Exception exception);

    [LoggerMessage(
        8002, LogLevel.Debug, "No read lease: this silo is suspected, or does not serve; reads ask the store")]
    private static partial void LogRefused(ILogger logger);

    [LoggerMessage(8003, LogLevel.Information, "The read lease could not be dropped; it ends by itself")]
    private static partial void LogNotDropped(ILogger logger, Exception exception);
}
