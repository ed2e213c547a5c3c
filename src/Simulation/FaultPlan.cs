using Sluice.Simulation.Engine;

namespace Sluice.Simulation;

/// <summary>
/// How bad a storm is: which faults it has, and how often. A storm with all of them hides what a few alone would show,
/// so each has its own selection.
/// </summary>
internal sealed class FaultPlan(SortedDictionary<string, long> counts)
{
    private const int MaxNames = 8;

    /// <summary>Another storm.</summary>
    public void Change(ChanceStream chance)
    {
        double Rate(double usual) => chance.Is(0.5) ? usual * chance.Between(1, 4) : 0;
        FailedRead = Rate(0.002);
        FailedWrite = Rate(0.005);
        LostCommitAnswer = Rate(0.01);
        Conflict = Rate(0.003);
        SlowStore = Rate(0.003);
        LostCall = Rate(0.003);
        LostAnswer = Rate(0.005);
        LateCall = Rate(0.05);
        RepeatedCall = Rate(0.1);
        FailedExecutorCall = Rate(0.01);
        SlowExecutor = Rate(0.02);
        MissedStart = Rate(0.2);
        CrashAtCommit = Rate(0.01);
        CrashAtExecutor = Rate(0.004);
        CrashAtAnswer = Rate(0.003);
        CrashedProcess = Rate(0.03);
        CrashedActivation = Rate(0.04);
        SecondProcess = Rate(0.02);
        AddedNode = Rate(0.01);
        ResizedNode = Rate(0.01);
        LostNode = Rate(0.01);
        LostGpu = Rate(0.02);
        ChangedQuota = Rate(0.02);
        LostRun = Rate(0.03);
        DamagedRun = Rate(0.02);
        Stall = Rate(0.02);
        MarkerLifetimeChanges = chance.Is(0.5) ? 100_000 : chance.Between(1, 50);
        Names = chance.Is(0.5) ? MaxNames : chance.Between(1, 3);
        OfLists = chance.Is(0.25) ? chance.Between(1, 3) / 4.0 : 0;
    }

    public double FailedRead { get; private set; }

    public double FailedWrite { get; private set; }

    public double LostCommitAnswer { get; private set; }

    public double Conflict { get; private set; }

    public double SlowStore { get; private set; }

    public double LostCall { get; private set; }

    public double LostAnswer { get; private set; }

    public double LateCall { get; private set; }

    public double RepeatedCall { get; private set; }

    public double FailedExecutorCall { get; private set; }

    public double SlowExecutor { get; private set; }

    /// <summary>Of each look at a run whose start is not answered yet.</summary>
    public double MissedStart { get; private set; }

    /// <summary>Of each commit: its server dies while it is under way.</summary>
    public double CrashAtCommit { get; private set; }

    /// <summary>Of each call of the executor, before or after it did what it was asked.</summary>
    public double CrashAtExecutor { get; private set; }

    /// <summary>Of each answer: what was asked is done, and its server dies before it says so.</summary>
    public double CrashAtAnswer { get; private set; }

    // Of each move of the world.
    public double CrashedProcess { get; private set; }

    public double CrashedActivation { get; private set; }

    public double SecondProcess { get; private set; }

    public double AddedNode { get; private set; }

    public double ResizedNode { get; private set; }

    public double LostNode { get; private set; }

    public double LostGpu { get; private set; }

    public double ChangedQuota { get; private set; }

    public double LostRun { get; private set; }

    public double DamagedRun { get; private set; }

    public double Stall { get; private set; }

    public int MarkerLifetimeChanges { get; private set; }

    /// <summary>
    /// Jobs that clients name, from j0 on. Many compete for GPUs; of a few, each sees much: an end while it restarts, a
    /// successor while it dies.
    /// </summary>
    public int Names { get; private set; } = MaxNames;

    /// <summary>Of each move of clients: it is about lists of the stage queue.</summary>
    public double OfLists { get; private set; }

    /// <summary>Until then no operation of the store ends.</summary>
    public TimeSpan StallEndsAt { get; set; }

    public string AnyName(ChanceStream chance) => $"j{chance.Below(Names)}";

    public void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
}
