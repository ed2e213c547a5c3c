using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>
/// What a manager can know: speeds at counts at which it saw whole epochs, guesses elsewhere, and for a job of which it
/// saw nothing the median length of those of which it did.
/// </summary>
internal sealed class LearnedOutlook : IOutlook
{
    /// <summary>Of the first job, with one GPU.</summary>
    private const double UsualSecondsOnOneGpu = 1800;

    /// <summary>Of a job that has not shown how long it takes.</summary>
    private const double UsualRestartSeconds = 30;

    public OutlookReading Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        var known = memory as LearnedMemory ?? LearnedMemory.Empty;
        var hasNews = cause.HasArrivalOrCompletion;
        var notified = cause.Notified.ToHashSet(StringComparer.Ordinal);
        foreach (var job in snapshot.Jobs.Where(job => notified.Contains(job.Uid)))
        {
            var before = known.Of(job.Uid);
            var after = Learn(before, job);
            hasNews |= after.Speeds.SecondsPerEpoch.Count > before.Speeds.SecondsPerEpoch.Count;
            known = known.With(job, after);
        }

        known = known.Without(cause.Completed);
        var median = known.MedianSecondsOnOneGpu ?? UsualSecondsOnOneGpu;
        return new(
            [.. snapshot.Jobs.Select(job => Outlook(known.Of(job.Uid), job, median, snapshot.Now))], known, hasNews);
    }

    private static LearnedJob Learn(LearnedJob known, TargetJob job)
    {
        var last = job.Notifications[^1];
        var previous = job.Notifications.Length > 1 ? job.Notifications[^2] : (Notification?)null;
        if (previous is { } before && before.HeldSince == last.HeldSince)
        {
            var seconds = (last.At - before.At) / (last.CompletedEpochs - before.CompletedEpochs);
            var wasFirst = before.CompletedEpochs == 1;
            return known with
            {
                Speeds = known.Speeds.Learn(last.HeldGpus, seconds),
                RestartSeconds = wasFirst ? before.At - before.HeldSince - seconds : known.RestartSeconds,
            };
        }

        // The first epoch after a change is a whole one only where it began at a checkpoint.
        var isWhole = previous is null || job.LosesUnsavedWork || previous.Value.At == last.HeldSince;
        var worked = last.At - last.HeldSince - (known.RestartSeconds ?? UsualRestartSeconds);
        return isWhole && worked > 0 && !known.Speeds.SecondsPerEpoch.ContainsKey(last.HeldGpus)
            ? known with { Speeds = known.Speeds.Learn(last.HeldGpus, worked) }
            : known;
    }

    private static JobOutlook Outlook(LearnedJob known, TargetJob job, double median, double now)
    {
        var total = job.TotalEpochs ?? 1;
        var speeds = known.Speeds.IsNothing ? LearnedSpeeds.Nothing.Learn(1, median / total) : known.Speeds;
        var restart = known.RestartSeconds ?? UsualRestartSeconds;
        var speed = job.HeldGpus == 0 ? 0 : speeds.At(job.HeldGpus);
        var resumed = Math.Max(
            job.HeldSince + restart, job.Notifications.IsEmpty ? double.NegativeInfinity : job.Notifications[^1].At);
        var unsaved = job.HeldGpus == 0 ? 0 : Math.Max(0, now - resumed);
        var fraction = Math.Min(0.99, unsaved * speed);
        var levels = Levels(job, speeds);
        return new(
            new()
            {
                Levels = levels,
                Speeds = [.. levels.Select(speeds.At)],
                Work = total - job.CompletedEpochs - fraction,
                Attained = job.AttainedAt(now),
                IsPinned = job.HasStarted && !job.MayBeSuspended,
            },
            speed,
            restart,
            unsaved,
            job.LosesUnsavedWork ? unsaved : 0,
            speed == 0 ? 0 : (1 - fraction) / speed + Math.Max(0, job.HeldSince + restart - now));
    }

    private static ImmutableArray<int> Levels(TargetJob job, LearnedSpeeds speeds)
    {
        var levels = ImmutableArray.CreateBuilder<int>();
        var fastest = 0.0;
        for (var count = job.MinGpus; count <= job.MaxGpus; count++)
        {
            if (IsTried(job, count) && speeds.At(count) > fastest)
            {
                fastest = speeds.At(count);
                levels.Add(count);
            }
        }

        return levels.ToImmutable();
    }

    private static bool IsTried(TargetJob job, int count) => job.Replicas > 1
        ? count % job.Replicas == 0
        : count <= 4 || count % 4 == 0 || count == job.MinGpus;

    /// <param name="Speeds">As far as they were seen.</param>
    /// <param name="RestartSeconds">As measured; null: not yet.</param>
    private sealed record LearnedJob(LearnedSpeeds Speeds, double? RestartSeconds);

    private sealed record LearnedMemory(
        ImmutableDictionary<string, LearnedJob> Jobs, ImmutableDictionary<string, double> SecondsOnOneGpu) : PolicyMemory
    {
        public static readonly LearnedMemory Empty = new(
            ImmutableDictionary.Create<string, LearnedJob>(StringComparer.Ordinal),
            ImmutableDictionary.Create<string, double>(StringComparer.Ordinal));

        public double? MedianSecondsOnOneGpu
        {
            get
            {
                var ordered = SecondsOnOneGpu.Values.Order().ToArray();
                return ordered.Length == 0 ? null : Metrics.LabMetrics.Quantile(ordered, 0.5);
            }
        }

        public LearnedJob Of(string uid) => Jobs.GetValueOrDefault(uid) ?? new(LearnedSpeeds.Nothing, null);

        public LearnedMemory With(TargetJob job, LearnedJob known) => this with
        {
            Jobs = Jobs.SetItem(job.Uid, known),
            SecondsOnOneGpu = known.Speeds.IsNothing
                ? SecondsOnOneGpu
                : SecondsOnOneGpu.SetItem(job.Uid, (job.TotalEpochs ?? 1) / known.Speeds.At(1)),
        };

        /// <summary>Of jobs that are done only their length stays.</summary>
        public LearnedMemory Without(ImmutableArray<TargetJob> completed) =>
            this with { Jobs = Jobs.RemoveRange(completed.Select(job => job.Uid)) };
    }
}
