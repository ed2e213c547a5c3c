using Microsoft.Extensions.Logging;

namespace Sluice.Grains.StageQueues;

/// <summary>None of them names the list: its number is a secret.</summary>
public sealed partial class StageQueueGrain
{
    [LoggerMessage(7001, LogLevel.Information, "A list of {Jobs} jobs was loaded, {Flagged} of them over their time")]
    private static partial void LogLoaded(ILogger logger, int jobs, int flagged);

    [LoggerMessage(7002, LogLevel.Information,
        "Jobs of a list are over their time: {Flagged} were flagged, {TakenBack} went back to their stage")]
    private static partial void LogOver(ILogger logger, int flagged, int takenBack);

    [LoggerMessage(7003, LogLevel.Error, "A list failed and is loaded anew at the next call")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
