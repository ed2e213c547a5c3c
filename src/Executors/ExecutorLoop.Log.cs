using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors;

public sealed partial class ExecutorLoop
{
    [LoggerMessage(
        6100,
        LogLevel.Information,
        "Reported {Uid} attempt {Attempt}: {Phase} under generation {Generation}, exit code {ExitCode}")]
    private static partial void LogReported(
        ILogger logger, string uid, int attempt, RunPhase phase, long generation, int? exitCode);

    [LoggerMessage(6101, LogLevel.Warning, "{Operation} of {Uid} failed; it is tried again")]
    private static partial void LogOperationFailed(ILogger logger, Exception exception, string operation, string uid);

    [LoggerMessage(6102, LogLevel.Warning, "What is desired and what runs could not be compared; it is tried again")]
    private static partial void LogPassFailed(ILogger logger, Exception exception);
}
