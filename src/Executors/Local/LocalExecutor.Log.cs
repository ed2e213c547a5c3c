using Microsoft.Extensions.Logging;

namespace Sluice.Executors.Local;

public sealed partial class LocalExecutor
{
    [LoggerMessage(6000, LogLevel.Information, "Found {RunCount} runs in {RunDirectory}")]
    private static partial void LogFound(ILogger logger, int runCount, string runDirectory);

    [LoggerMessage(6001, LogLevel.Information, "Started attempt {Attempt} of {Uid} under generation {Generation}")]
    private static partial void LogStarted(ILogger logger, string uid, int attempt, long generation);

    [LoggerMessage(6002, LogLevel.Warning, "Attempt {Attempt} of {Uid} could not be started: {Problem}")]
    private static partial void LogStartFailed(ILogger logger, string uid, int attempt, string problem);

    [LoggerMessage(6003, LogLevel.Information, "Stopped attempt {Attempt} of {Uid}")]
    private static partial void LogStopped(ILogger logger, string uid, int attempt);

    [LoggerMessage(6004, LogLevel.Information, "Put away the folder of {Uid}")]
    private static partial void LogForgotten(ILogger logger, string uid);

    [LoggerMessage(6005, LogLevel.Warning, "The runner of attempt {Attempt} of {Uid} is gone; ending what it left")]
    private static partial void LogLost(ILogger logger, string uid, int attempt);

    [LoggerMessage(6006, LogLevel.Warning, "The end of {Uid} could not be recorded; it is tried again")]
    private static partial void LogRecoveryFailed(ILogger logger, Exception exception, string uid);

    [LoggerMessage(
        6007,
        LogLevel.Debug,
        "Attempt {Attempt} of {Uid} under generation {Generation} is superseded by attempt {LastAttempt} under {LastGeneration}")]
    private static partial void LogSuperseded(
        ILogger logger, string uid, int attempt, long generation, int lastAttempt, long lastGeneration);
}
