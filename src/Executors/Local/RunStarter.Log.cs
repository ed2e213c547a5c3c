using Microsoft.Extensions.Logging;

namespace Sluice.Executors.Local;

internal sealed partial class RunStarter
{
    [LoggerMessage(6001, LogLevel.Information, "Started attempt {Attempt} of {Uid} under generation {Generation}")]
    private static partial void LogStarted(ILogger logger, string uid, int attempt, long generation);

    [LoggerMessage(6002, LogLevel.Warning, "Attempt {Attempt} of {Uid} could not be started: {Problem}")]
    private static partial void LogStartFailed(ILogger logger, string uid, int attempt, string problem);

    [LoggerMessage(
        6007,
        LogLevel.Debug,
        "Attempt {Attempt} of {Uid} under generation {Generation} is superseded by attempt {LastAttempt} under "
        + "{LastGeneration}")]
    private static partial void LogSuperseded(
        ILogger logger, string uid, int attempt, long generation, int lastAttempt, long lastGeneration);
}
