using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>Why a body cannot be taken.</summary>
/// <param name="Status">400 or 413.</param>
/// <param name="Text">For people.</param>
internal sealed record StageBodyProblem(int Status, string Text)
{
    public static readonly string CommandTooLarge =
        $"jobcmd must be at most {StageQueueLimits.MaxCommandBytes} bytes as JSON";
}
