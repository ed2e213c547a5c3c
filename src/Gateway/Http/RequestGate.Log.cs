using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Http;

internal sealed partial class RequestGate
{
    [LoggerMessage(3011, LogLevel.Error, "Request {Path} failed")]
    private static partial void LogRequestFailed(ILogger logger, Exception exception, PathString path);

    [LoggerMessage(3012, LogLevel.Warning, "The answer to {Path} was cut off, and the connection closed")]
    private static partial void LogAnswerCut(ILogger logger, Exception exception, PathString path);
}
