using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Jobs;

public sealed partial class JobGrain
{
    [LoggerMessage(1001, LogLevel.Information,
        "{JobKey} ({Uid}) deployed: {GpuReq} to {GpuLim} GPUs, {Replicas} replicas")]
    private static partial void LogDeployed(
        ILogger logger, string jobKey, string uid, int gpuReq, int gpuLim, int replicas);

    [LoggerMessage(1002, LogLevel.Information,
        "{JobKey} ({Uid}) takes over generation {Generation} with {GpuCount} GPUs a replica: {Reason}")]
    private static partial void LogAllocated(
        ILogger logger, string jobKey, string uid, long generation, int gpuCount, string reason);

    [LoggerMessage(1003, LogLevel.Information,
        "{JobKey} ({Uid}), generation {Generation}, attempt {Attempt}: {Phase}, exit code {ExitCode}")]
    private static partial void LogReported(
        ILogger logger, string jobKey, string uid, long generation, int attempt, RunPhase phase, int? exitCode);

    [LoggerMessage(1006, LogLevel.Information,
        "{JobKey} ({Uid}), attempt {Attempt}: {LostSeconds:F1} s of training since its last checkpoint lost, {Cause}")]
    private static partial void LogTrainingLost(
        ILogger logger, string jobKey, string uid, int attempt, double lostSeconds, LossCause cause);

    [LoggerMessage(
        1005, LogLevel.Warning, "{JobKey}: the ledger did not answer; it finds what was committed by itself")]
    private static partial void LogNotSettled(ILogger logger, Exception exception, string jobKey);

    [LoggerMessage(
        1007, LogLevel.Warning, "{JobKey}: the ledger did not say how many jobs there are; one more is let in")]
    private static partial void LogNotCounted(ILogger logger, Exception exception, string jobKey);

    [LoggerMessage(1004, LogLevel.Information, "{JobKey} deleted")]
    private static partial void LogDeleted(ILogger logger, string jobKey);
}
