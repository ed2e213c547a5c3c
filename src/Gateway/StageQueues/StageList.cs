using Sluice.Grains.Interfaces;

namespace Sluice.Gateway.StageQueues;

/// <summary>A list that a request may use.</summary>
/// <param name="Number">Its secret number, written in the one way.</param>
/// <param name="Caller">Who asks.</param>
internal readonly record struct StageList(string Number, CallerAddress Caller)
{
    /// <summary>Of its grain.</summary>
    public string Key => GrainKeys.StageQueue(Number);
}
