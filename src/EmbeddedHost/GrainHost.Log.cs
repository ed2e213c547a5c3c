using Microsoft.Extensions.Logging;

namespace Sluice.EmbeddedHost;

/// <summary>They name grains by <see cref="NameForLogs"/>: a key may be a secret.</summary>
internal sealed partial class GrainHost
{
    [LoggerMessage(
        EventId = 4001, Level = LogLevel.Warning,
        Message = "Grain {Grain} could not be activated; its callers get the exception")]
    public partial void LogActivationFailed(Exception exception, string grain);

    [LoggerMessage(
        EventId = 4002, Level = LogLevel.Warning,
        Message = "Grain {Grain} failed while its activation ended")]
    public partial void LogDeactivationFailed(Exception exception, string grain);

    [LoggerMessage(
        EventId = 4003, Level = LogLevel.Warning,
        Message = "Activation of grain {Grain} was abandoned: it had not ended after {Timeout}")]
    public partial void LogActivationAbandoned(string grain, TimeSpan timeout);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Error, Message = "A timer of grain {Grain} failed; it goes on")]
    public partial void LogTimerFailed(Exception exception, string grain);

    [LoggerMessage(
        EventId = 4005, Level = LogLevel.Information,
        Message =
            "{EndedCount} idle activations end early: {ActivationCount} are more than the limit of {MaxActivations}")]
    public partial void LogTrimmed(int endedCount, int activationCount, int maxActivations);

    [LoggerMessage(
        EventId = 4006, Level = LogLevel.Warning,
        Message = "{CallCount} calls still run after {Timeout}; stopping without them")]
    private partial void LogDrainTimedOut(int callCount, TimeSpan timeout);

    [LoggerMessage(
        EventId = 4007, Level = LogLevel.Warning,
        Message = "{ActivationCount} activations had not ended when the host stopped")]
    private partial void LogActivationsLeft(int activationCount);
}
