using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Scheduling.Ledger;

/// <summary>
/// What one start of a job showed of its speed: from its start to its end it held the same GPUs. Times are by Sluice's
/// clocks, as a trainer's own may be off.
/// </summary>
/// <param name="Attempt">The start, from 1.</param>
/// <param name="GpuCount">GPUs in all.</param>
/// <param name="Started">Where it began: what was saved before counts from here.</param>
public sealed record TrainingStretch(int Attempt, int GpuCount, SavedEpochs Started)
{
    /// <summary>Its first notification; null before.</summary>
    public SavedEpochs? First { get; init; }

    /// <summary>Its last notification of a further epoch; null before the first.</summary>
    public SavedEpochs? Last { get; init; }

    /// <summary>When it ended, where it never notified; null: it did, or it may run.</summary>
    public DateTimeOffset? SilentUntil { get; init; }

    /// <summary>Seconds an epoch between its first and its last notification; null before the second.</summary>
    [JsonIgnore]
    public double? SecondsPerEpoch => First is { } first && Last is { } last
        && last.Epochs > first.Epochs && last.At > first.At
            ? (last.At - first.At).TotalSeconds / (last.Epochs - first.Epochs)
            : null;

    /// <summary>
    /// Seconds that went by before the first epoch began: loading, compiling, reading the checkpoint. 0 or more; null
    /// where that cannot be told.
    /// </summary>
    [JsonIgnore]
    public double? RestartSeconds => First is { } first && SecondsPerEpoch is { } seconds
        ? Math.Max(0, (first.At - Started.At).TotalSeconds - Math.Max(0, first.Epochs - Started.Epochs) * seconds)
        : null;
}

/// <summary>Epochs that are safe in a checkpoint.</summary>
/// <param name="At">When Sluice learnt of it.</param>
/// <param name="Epochs">0 or more; fractions occur.</param>
public readonly record struct SavedEpochs(DateTimeOffset At, double Epochs);

/// <summary>The stretches of a job, oldest first. Pure.</summary>
public static class TrainingHistory
{
    /// <summary>Stretches that are kept a job.</summary>
    public const int MaxStretches = 16;

    /// <summary>
    /// A start began to run. Of those that never notified only the one that worked longest stays: an epoch takes more than
    /// that.
    /// </summary>
    public static ImmutableArray<TrainingStretch> Begin(
        ImmutableArray<TrainingStretch> history, int attempt, int gpuCount, SavedEpochs started)
    {
        var silent = history.Where(stretch => stretch.Attempt < attempt && stretch.SilentUntil is not null)
            .MaxBy(SilentGpuSeconds);
        var kept = history.RemoveAll(stretch =>
            stretch.Attempt >= attempt || (stretch.Last is null && !ReferenceEquals(stretch, silent)));
        return Forget(kept).Add(new(attempt, gpuCount, started));
    }

    /// <summary>A start is over.</summary>
    public static ImmutableArray<TrainingStretch> End(
        ImmutableArray<TrainingStretch> history, int attempt, DateTimeOffset at) =>
        history is [.., { Last: null, SilentUntil: null } stretch] && stretch.Attempt == attempt
            ? history.SetItem(history.Length - 1, stretch with { SilentUntil = at })
            : history;

    /// <summary>
    /// A notification of the start that runs. One of an earlier start, or without a further epoch, changes nothing.
    /// </summary>
    public static ImmutableArray<TrainingStretch> Save(
        ImmutableArray<TrainingStretch> history, int attempt, SavedEpochs saved)
    {
        if (history.IsEmpty || history[^1] is not { } stretch || stretch.Attempt != attempt)
        {
            return history;
        }

        if (stretch.Last is { } last && saved.Epochs == last.Epochs)
        {
            return history;
        }

        // A trainer that went back to an older checkpoint measures anew from there.
        var first = stretch.First is { } before && saved.Epochs > stretch.Last!.Value.Epochs ? before : saved;
        // What it did in silence tells nothing more.
        return history.SetItem(history.Length - 1, stretch with { First = first, Last = saved, SilentUntil = null })
            .RemoveAll(one => one.SilentUntil is not null);
    }

    private static double SilentGpuSeconds(TrainingStretch stretch) =>
        stretch.GpuCount * (stretch.SilentUntil!.Value - stretch.Started.At).TotalSeconds;

    /// <summary>Makes room for one more: the oldest of a count that was seen again later goes first.</summary>
    private static ImmutableArray<TrainingStretch> Forget(ImmutableArray<TrainingStretch> history)
    {
        while (history.Length >= MaxStretches)
        {
            var repeated = history.Where((stretch, place) =>
                history.Skip(place + 1).Any(later => later.GpuCount == stretch.GpuCount)).FirstOrDefault();
            history = history.Remove(repeated ?? history[0]);
        }

        return history;
    }
}
