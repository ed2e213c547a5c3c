using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Health;

internal sealed partial class HealthEndpoints
{
    [LoggerMessage(3021, LogLevel.Warning, "Not ready: the capacity grain does not answer")]
    private static partial void LogNotReady(ILogger logger, Exception exception);
}
