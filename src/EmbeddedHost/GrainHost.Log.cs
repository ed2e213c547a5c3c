using Microsoft.Extensions.Logging;

namespace Sluice.EmbeddedHost;

internal sealed partial class GrainHost
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "Grain {GrainId} could not be activated; its callers get the exception")]
    public partial void LogActivationFailed(Exception exception, GrainId grainId);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "Grain {GrainId} failed while its activation ended")]
    public partial void LogDeactivationFailed(Exception exception, GrainId grainId);

    [LoggerMessage(
        EventId = 4003, Level = LogLevel.Warning,
        Message = "Activation of grain {GrainId} was abandoned: it had not ended after {Timeout}")]
    public partial void LogActivationAbandoned(GrainId grainId, TimeSpan timeout);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Error, Message = "A timer of grain {GrainId} failed; it goes on")]
    public partial void LogTimerFailed(Exception exception, GrainId grainId);

    [LoggerMessage(
        EventId = 4005, Level = LogLevel.Information,
        Message = "{EndedCount} idle activations end early: {ActivationCount} are more than the limit of {MaxActivations}")]
    public partial void LogTrimmed(int endedCount, int activationCount, int maxActivations);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Warning, Message = "{CallCount} calls still run after {Timeout}; stopping without them")]
    private partial void LogDrainTimedOut(int callCount, TimeSpan timeout);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Warning, Message = "{ActivationCount} activations had not ended when the host stopped")]
    private partial void LogActivationsLeft(int activationCount);
}
