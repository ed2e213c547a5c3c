using Microsoft.Extensions.Logging;

namespace Sluice.Storage;

public sealed partial class SluiceStore
{
    [LoggerMessage(5001, LogLevel.Information, "Opened the store {Database}")]
    private static partial void LogOpened(ILogger logger, string database);

    [LoggerMessage(5002, LogLevel.Information, "Closed the store {Database}")]
    private static partial void LogClosed(ILogger logger, string database);
}
