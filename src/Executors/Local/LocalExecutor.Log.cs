using Microsoft.Extensions.Logging;

namespace Sluice.Executors.Local;

public sealed partial class LocalExecutor
{
    [LoggerMessage(6000, LogLevel.Information, "Found {RunCount} runs in {RunDirectory}")]
    private static partial void LogFound(ILogger logger, int runCount, string runDirectory);

    [LoggerMessage(6003, LogLevel.Information, "Stopped attempt {Attempt} of {Uid}")]
    private static partial void LogStopped(ILogger logger, string uid, int attempt);

    [LoggerMessage(6004, LogLevel.Information, "Put away the folder of {Uid}")]
    private static partial void LogForgotten(ILogger logger, string uid);

    [LoggerMessage(6005, LogLevel.Warning, "The runner of attempt {Attempt} of {Uid} is gone; ending what it left")]
    private static partial void LogLost(ILogger logger, string uid, int attempt);

    [LoggerMessage(
        6008,
        LogLevel.Warning,
        "Nothing of {Uid} is started or stopped, for nobody can say what it does: {Problem}. Restore the file, or "
        + "delete the job: what may still run of it is then ended")]
    private static partial void LogUnknown(ILogger logger, string uid, string problem);

    [LoggerMessage(6009, LogLevel.Warning, "GPU {Gpu} ({Device}) of this machine is lost")]
    private static partial void LogGpuLost(ILogger logger, int gpu, string device);

    [LoggerMessage(6006, LogLevel.Warning, "The end of {Uid} could not be recorded; it is tried again")]
    private static partial void LogRecoveryFailed(ILogger logger, Exception exception, string uid);
}
