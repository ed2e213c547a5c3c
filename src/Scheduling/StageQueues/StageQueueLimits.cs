namespace Sluice.Scheduling.StageQueues;

/// <summary>How much a list may hold.</summary>
/// <param name="MaxJobs">Jobs.</param>
/// <param name="MaxCommandBytes">Bytes of all their commands.</param>
public sealed record StageQueueLimits(int MaxJobs, long MaxCommandBytes);

/// <summary>What commands and time did to jobs, since the draft was made.</summary>
public sealed class StageQueueTally
{
    public int HandedOut { get; set; }

    public int Moved { get; set; }

    /// <summary>Hand-outs that were over and went back.</summary>
    public int TakenBack { get; set; }

    /// <summary>Hand-outs that somebody had redone.</summary>
    public int Redone { get; set; }

    public int Flagged { get; set; }
}
