using Microsoft.Extensions.Logging;

namespace Sluice.Storage.Postgres;

internal sealed partial class PostgresDialect
{
    [LoggerMessage(5030, LogLevel.Warning,
        "The server of {Database} runs with {Settings} off: it may lose what it has acknowledged")]
    private static partial void LogUnsafeServer(ILogger logger, string database, string settings);
}
