using Microsoft.Extensions.Logging;

namespace Sluice.Grains.Capacity;

public sealed partial class AllocationCourier
{
    [LoggerMessage(2101, LogLevel.Warning, "The courier could not read decisions; it tries again")]
    private static partial void LogPassFailed(ILogger logger, Exception exception);

    [LoggerMessage(2102, LogLevel.Warning, "Generation {Generation} could not be taken to {JobKey}; it is tried again")]
    private static partial void LogDeliveryFailed(ILogger logger, Exception exception, string jobKey, long generation);
}
