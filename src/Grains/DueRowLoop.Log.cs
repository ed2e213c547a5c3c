using Microsoft.Extensions.Logging;

namespace Sluice.Grains;

public sealed partial class DueRowLoop
{
    [LoggerMessage(2201, LogLevel.Warning, "Due rows could not be read; they are tried again")]
    private static partial void LogReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(2202, LogLevel.Warning, "{GrainKey} could not be woken; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string grainKey);
}
