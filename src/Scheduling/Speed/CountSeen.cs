namespace Sluice.Scheduling.Speed;

/// <summary>What was seen of a job's epochs at one count.</summary>
/// <param name="Gpus">The count.</param>
/// <param name="LogSeconds">Mean natural logarithm of the seconds of an epoch.</param>
/// <param name="Deviation">Standard deviation of that mean.</param>
public readonly record struct CountSeen(int Gpus, double LogSeconds, double Deviation);
