using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Http;

internal sealed partial class GrainCalls
{
    [LoggerMessage(3001, LogLevel.Warning, "Call {Attempt} of {Grain} {GrainKey} failed and is sent again")]
    private static partial void LogCallRetried(
        ILogger logger, Exception exception, string grain, string grainKey, int attempt);

    [LoggerMessage(
        5002, LogLevel.Error, "Call {Attempt} of {Grain} {GrainKey} failed; the client is told to come back")]
    private static partial void LogCallGivenUp(
        ILogger logger, Exception exception, string grain, string grainKey, int attempt);
}
