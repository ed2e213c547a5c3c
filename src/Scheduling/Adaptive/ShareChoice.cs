namespace Sluice.Scheduling.Adaptive;

/// <summary>What a job could have.</summary>
/// <param name="Gpus">GPUs in all.</param>
/// <param name="Value">What that is worth, in the same unit for all jobs.</param>
internal readonly record struct ShareChoice(int Gpus, double Value);
