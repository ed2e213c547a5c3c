namespace Sluice.Scheduling.Adaptive;

/// <summary>How the adaptive policy weighs jobs against each other. One setting for all workloads.</summary>
public sealed record AdaptiveOptions
{
    /// <summary>
    /// How much short jobs go before long ones: the power with which jobs are taken to speed up with GPUs where that
    /// order is reckoned. 0 to 0.9; default 0.5.
    /// </summary>
    public double RankPower { get; init; } = 0.5;

    /// <summary>
    /// Jobs to be reckoned with behind the longest, which softens the order. 0 to 100; default 0.5.
    /// </summary>
    public double RankOffset { get; init; } = 0.5;

    /// <summary>
    /// Power of the speed of a job that may be suspended: 1 gives GPUs where they are used best, less spreads them more
    /// evenly. 0.1 to 1; default 0.7.
    /// </summary>
    public double Curvature { get; init; } = 0.7;

    /// <summary>The same of a job that must not be suspended. 0.1 to 1; default 1.</summary>
    public double FirmCurvature { get; init; } = 1;

    /// <summary>
    /// How much more a job counts that would be the last to end even with all that helps it. 0 to 5; default 0.4.
    /// </summary>
    public double LongPole { get; init; } = 0.4;

    /// <summary>
    /// A change is taken to last that long, and <see cref="HorizonRestarts"/> times its restart, at most: its cost must
    /// have come back by then. Seconds, 60 to 86,400; default 300.
    /// </summary>
    public double HorizonSeconds { get; init; } = 300;

    /// <summary>Jobs that are slow to restart are changed less often. 0 to 100 restarts; default 10.</summary>
    public double HorizonRestarts { get; init; } = 10;

    /// <summary>
    /// What has long been as it is will stay so: a change of a running job is taken to last at least that share of the
    /// time for which it has held what it holds. 0 to 10; default 0.5.
    /// </summary>
    public double HorizonPast { get; init; } = 0.5;

    /// <summary>
    /// A job that has been without GPUs for that long goes before all others, whatever they are. Seconds, 60 to
    /// 2,592,000; default 43,200 (12 hours).
    /// </summary>
    public double MaxWaitSeconds { get; init; } = 43_200;
}
