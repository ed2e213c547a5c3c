using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>What a job that is gone has shown, for others to be compared with.</summary>
/// <param name="Uid">Its own.</param>
/// <param name="Number">From 1, in the order of their ends; the lowest is forgotten first.</param>
/// <param name="Replicas">Of the gang.</param>
/// <param name="GpuReq">GPUs a replica, the least.</param>
/// <param name="GpuLim">GPUs a replica, the most.</param>
/// <param name="TotalEpochs">Of the whole training; over 0.</param>
public sealed record FinishedJob(
    string Uid, long Number, int Replicas, int GpuReq, int GpuLim, double TotalEpochs)
{
    /// <summary>What its starts showed of its speed, oldest first; one of them at least did.</summary>
    public ImmutableArray<TrainingStretch> History
    {
        get => field.IsDefault ? [] : field;
        init;
    } = [];

    public bool Equals(FinishedJob? other) =>
        other is not null
        && (Uid, Number, Replicas, GpuReq, GpuLim) == (other.Uid, other.Number, other.Replicas, other.GpuReq, other.GpuLim)
        && TotalEpochs.Equals(other.TotalEpochs)
        && History.AsSpan().SequenceEqual(other.History.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Uid, Number);
}
