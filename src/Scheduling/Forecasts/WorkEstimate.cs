namespace Sluice.Scheduling.Forecasts;

/// <summary>What is left of a job, and on what that rests.</summary>
/// <param name="RemainingEpochs">Those that are in no checkpoint yet; 0 or more.</param>
/// <param name="Pace">How long an epoch takes with a number of GPUs in all; over 0.</param>
/// <param name="RestartSeconds">From a start to its first epoch.</param>
/// <param name="IsMeasured">True: by the job's own checkpoints. False: it is taken to be like the others.</param>
/// <param name="Basis">For people.</param>
public sealed record WorkEstimate(
    double RemainingEpochs, Func<int, double> Pace, double RestartSeconds, bool IsMeasured, string Basis);

/// <summary>What somebody said of a job that has told nothing itself.</summary>
/// <param name="Uid">The job.</param>
/// <param name="Seconds">How long it trains with its least GPUs.</param>
public sealed record ToldLength(string Uid, double Seconds);
