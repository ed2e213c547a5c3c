using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// What one run of <see cref="RecentCheckpointPolicy"/> has decided so far, and the rules that its parts share.
/// </summary>
internal sealed class PlanDraft(LedgerState state, DateTimeOffset now)
{
    private readonly Dictionary<string, Decision> _decisions = new(StringComparer.Ordinal);

    public LedgerState State => state;

    public DateTimeOffset Now => now;

    public ImmutableArray<LedgerEntry> Entries { get; } = [.. state.Entries.Values];

    public ClusterDraft Cluster { get; } = new(state);

    public bool IsDecided(LedgerEntry entry) => _decisions.ContainsKey(entry.Uid);

    /// <summary>What was decided for the job; null: nothing yet.</summary>
    public Decision? DecisionFor(LedgerEntry entry) => _decisions.GetValueOrDefault(entry.Uid);

    /// <summary>Decides about a job, instead of what was decided for it before.</summary>
    public void Decide(Decision decision) => _decisions[decision.Uid] = decision;

    /// <summary>Gives a job these GPUs at once.</summary>
    public void SetSize(LedgerEntry entry, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit, string reason)
    {
        Cluster.Plan(entry, fit.Blocks);
        Decide(new Resize(entry.Uid, fit.GpuCount, fit.Blocks, reason));
    }

    /// <summary>Jobs whose change waits for a checkpoint, as long as nothing else was decided for them.</summary>
    /// <param name="isShrinking">True: those that are to give up GPUs; false: those that are to get more.</param>
    public List<LedgerEntry> Pending(bool isShrinking) =>
    [
        .. Entries.Where(entry => entry.Pending is { } pending
            && pending.GpuCount < entry.GpuCount == isShrinking && !IsDecided(entry)),
    ];

    /// <summary>
    /// A change that waits for the job's next checkpoint, or for the one that an earlier change waits for.
    /// </summary>
    public PendingChange PendingAt(LedgerEntry entry, int gpuCount, string reason, PendingChange? earlier = null) =>
        new()
        {
            GpuCount = gpuCount,
            AfterNotifications = earlier?.AfterNotifications ?? entry.Claim.Notifications,
            DeadlineAt = earlier?.DeadlineAt ?? now + entry.Claim.CheckpointDeadline,
            Reason = reason,
        };

    /// <summary>Why a change that waited is made now; null: it waits on.</summary>
    public string? WhyNow(LedgerEntry entry, PendingChange pending) =>
        entry.Claim.Notifications > pending.AfterNotifications ? "at its checkpoint"
        : now >= pending.DeadlineAt ? "no checkpoint came before the deadline"
        : !entry.IsSettledRunning ? "it is not running"
        : null;

    /// <summary>True where the job has run for as long as it must be left alone.</summary>
    public bool MayChange(LedgerEntry entry) =>
        entry.Claim.MinRunTime <= TimeSpan.Zero || entry.Claim.RunningSince + entry.Claim.MinRunTime <= now;

    public Plan ToPlan() =>
        new([.. _decisions.Values.OrderBy(decision => decision.Uid, StringComparer.Ordinal)], NextWake());

    private DateTimeOffset? NextWake()
    {
        var deadlines = Entries
            .Where(entry => entry.Pending is not null && !IsDecided(entry))
            .Select(entry => entry.Pending!.DeadlineAt)
            .Concat(_decisions.Values.OfType<Defer>().Select(defer => defer.Change.DeadlineAt));
        var ripe = Entries
            .Where(entry => entry.IsSettledRunning && !MayChange(entry))
            .Select(entry => entry.Claim.RunningSince!.Value + entry.Claim.MinRunTime);
        var times = deadlines.Concat(ripe).ToList();
        return times.Count == 0 ? null : times.Min();
    }
}
