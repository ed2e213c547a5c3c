using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Scheduling.Ledger;

/// <summary>What the ledger keeps of one managed job: its claim, the newest decision, and all that it holds.</summary>
public sealed record LedgerEntry
{
    public required JobClaim Claim { get; init; }

    /// <summary>Of the newest decision; unique in the domain; 0 before the first.</summary>
    public long Generation { get; init; }

    /// <summary>True: the job may run with <see cref="GpuCount"/> GPUs a replica. False: it waits.</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>GPUs a replica.</summary>
    public int GpuCount { get; init; }

    /// <summary>One block a replica; empty while it waits.</summary>
    public ImmutableArray<GpuBlock> Blocks { get; init; } = [];

    /// <summary>
    /// GPUs of older generations that are not among <see cref="Blocks"/>: held until the executor has confirmed that
    /// nothing of those generations runs. One block a node, ordered by node.
    /// </summary>
    public ImmutableArray<GpuBlock> Lingering { get; init; } = [];

    /// <summary>Why, in words and numbers.</summary>
    public string Reason { get; init; } = "new";

    public DateTimeOffset DecidedAt { get; init; }

    /// <summary>A change that waits for the job's next checkpoint.</summary>
    public PendingChange? Pending { get; init; }

    /// <summary>The most GPUs a replica that somebody asked for; null: the claim's limit.</summary>
    public int? Cap { get; init; }

    /// <summary>When all its GPUs were taken back; null: it has them, or never had any.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>How often a job behind it was admitted while it waited.</summary>
    public int Overtaken { get; init; }

    /// <summary>How long it had waited when it was admitted last; 0 while it waits.</summary>
    public double WaitedSeconds { get; init; }

    [JsonIgnore]
    public string Uid => Claim.Uid;

    /// <summary>Since when it has been without GPUs, where it waits; seconds since the Unix epoch.</summary>
    [JsonIgnore]
    public double WaitsSince =>
        RevokedAt is { } revoked ? (revoked - DateTimeOffset.UnixEpoch).TotalSeconds : Claim.ArrivedAt;

    /// <summary>True: it waits for its first GPUs, or for GPUs again.</summary>
    [JsonIgnore]
    public bool IsWaiting => !IsAdmitted && !Claim.IsEnding;

    /// <summary>
    /// True: decisions may change it: it runs what was last decided, and nothing else of it is in the air.
    /// </summary>
    [JsonIgnore]
    public bool IsSettledRunning =>
        IsAdmitted && !Claim.IsEnding && Claim.RunningSince is not null && Claim.ConfirmedGeneration == Generation;

    /// <summary>The most GPUs a replica that it may be given now.</summary>
    [JsonIgnore]
    public int EffectiveLimit => Math.Max(Claim.GpuReq, Math.Min(Claim.GpuLim, Cap ?? int.MaxValue));

    /// <summary>Its job's row has not yet taken over the newest decision.</summary>
    [JsonIgnore]
    public bool IsUndelivered => Generation > Claim.AppliedGeneration && !Claim.IsEnding;

    [JsonIgnore]
    public int HeldGpus => Blocks.Sum(block => block.Gpus.Length) + Lingering.Sum(block => block.Gpus.Length);

    /// <summary>Every GPU that it holds: decided or lingering.</summary>
    public IEnumerable<(string Node, int Gpu)> Held() =>
        Blocks.Concat(Lingering).SelectMany(block => block.Gpus.Select(gpu => (block.Node, gpu)));
}

/// <summary>A decision that waits for a checkpoint.</summary>
public sealed record PendingChange
{
    /// <summary>GPUs a replica from then on.</summary>
    public required int GpuCount { get; init; }

    /// <summary>It is applied once the claim counts more notifications than this.</summary>
    public required long AfterNotifications { get; init; }

    /// <summary>And at this time at the latest.</summary>
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>The waiting jobs that the GPUs are for; empty: none in particular.</summary>
    public ImmutableArray<string> ForUids
    {
        // Absent in what earlier versions stored.
        get => field.IsDefault ? [] : field;
        init;
    }

    public required string Reason { get; init; }
}
