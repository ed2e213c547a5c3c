using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>What a target policy sees of the jobs of a ledger. Times are seconds since the Unix epoch. Pure.</summary>
internal static class TargetJobs
{
    /// <summary>Jobs that are gone and teach; the ledger keeps a batch more, so that those of the last one are there.</summary>
    public const int MaxThatTeach = CapacityLedger.MaxFinished - EndedJobs.MaxBatch;

    private const int MaxEpochs = 1_000_000_000;

    /// <summary>Trainers that save in the middle of epochs save at parts of these numbers.</summary>
    private static readonly int[] Parts = [1, 2, 4, 5, 10, 20, 50, 100];

    // What was made once; it changes nothing that can be seen.
    private static readonly ConditionalWeakTable<LedgerEntry, TargetJob> Known = [];
    private static readonly ConditionalWeakTable<FinishedJob, EndedJobs> KnownEnded = [];
    private static readonly ConditionalWeakTable<FinishedJob, TargetJob> KnownFinished = [];

    public static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>A job that waits or runs.</summary>
    public static TargetJob Of(LedgerEntry entry) => Known.GetValue(entry, Make);

    /// <summary>
    /// Those that are gone, the latest last.
    /// </summary>
    public static EndedJobs Ended(LedgerState state)
    {
        var newest = state.Finished.Values.Select(job => job.Number).DefaultIfEmpty().Max();
        var last = EndedJobs.LastThatTeaches(newest, state.Entries.Count);
        var first = last - MaxThatTeach;
        var jobs = state.Finished.Values.Where(job => job.Number > first && job.Number <= last)
            .OrderBy(job => job.Number)
            .ToList();
        return jobs.Count == 0
            ? EndedJobs.Nobody
            : KnownEnded.GetValue(jobs[^1], _ => new([.. jobs.Select(job => KnownFinished.GetValue(job, Make))]));
    }

    /// <summary>GPUs a replica, the least that it is given when it is given any.</summary>
    public static int Least(LedgerEntry entry)
    {
        var least = Math.Max(1, entry.Claim.GpuReq);
        // A request that is raised while a job runs does not stop it.
        return entry is { IsAdmitted: true, GpuCount: > 0 } ? Math.Min(least, entry.GpuCount) : least;
    }

    /// <summary>True: it may be left without GPUs after it had some.</summary>
    public static bool MayHaveNone(LedgerEntry entry) => entry.Claim.IsSuspendable || entry.Claim.GpuReq == 0;

    /// <summary>
    /// True: it waited for too long before this start, and has saved nothing since: stopped now, it would be no
    /// further than before.
    /// </summary>
    public static bool MustRunOn(LedgerEntry entry, TimeSpan maxWait)
    {
        if (!entry.IsAdmitted || entry.Claim.GpuReq == 0 || entry.WaitedSeconds < maxWait.TotalSeconds)
        {
            return false;
        }

        var job = Of(entry);
        return !(job.Notifications is [.., var last] && last.At >= job.HeldSince);
    }

    private static TargetJob Make(LedgerEntry entry)
    {
        var claim = entry.Claim;
        var least = Least(entry);
        var parts = PartsOf(claim.History);
        var heldSince = HeldSince(entry);
        return new()
        {
            Uid = entry.Uid,
            ArrivedAt = claim.ArrivedAt,
            MinGpus = least * claim.Replicas,
            MaxGpus = Math.Max(least, entry.EffectiveLimit) * claim.Replicas,
            Replicas = claim.Replicas,
            Priority = claim.Priority,
            MayBeSuspended = MayHaveNone(entry),
            LosesUnsavedWork = !claim.IsAfterCheckpoint,
            ChangeableFrom = ChangeableFrom(entry),
            TotalEpochs = claim.TotalEpochs > 0 ? TotalOf(claim.TotalEpochs, parts) : null,
            HeldGpus = entry.IsAdmitted ? entry.GpuCount * claim.Replicas : 0,
            HeldSince = heldSince,
            HasStarted = entry.IsAdmitted || (entry.RevokedAt is not null && MayHaveNone(entry)),
            AttainedBefore = claim.History.Where(stretch => Seconds(stretch.Started.At) < heldSince).Sum(Attained),
            PassedBy = entry.Overtaken,
            Notifications = Notifications(claim.History, parts),
            LongestSilence = LongestSilence(claim.History),
        };
    }

    private static TargetJob Make(FinishedJob job)
    {
        var parts = PartsOf(job.History);
        return new()
        {
            Uid = job.Uid,
            ArrivedAt = 0,
            MinGpus = Math.Max(1, job.GpuReq) * job.Replicas,
            MaxGpus = Math.Max(1, Math.Max(job.GpuReq, job.GpuLim)) * job.Replicas,
            Replicas = job.Replicas,
            TotalEpochs = TotalOf(job.TotalEpochs, parts),
            Notifications = Notifications(job.History, parts),
        };
    }

    private static double HeldSince(LedgerEntry entry) => (entry.IsAdmitted, entry.Claim.RunningSince) switch
    {
        (false, _) => entry.WaitsSince,
        (true, { } running) => Seconds(running),
        _ => Seconds(entry.DecidedAt),
    };

    private static double ChangeableFrom(LedgerEntry entry) => entry switch
    {
        { IsAdmitted: false } => 0,
        { IsSettledRunning: true, Claim: { RunningSince: { } running, MinRunTime: var least } } =>
            least > TimeSpan.Zero ? Seconds(running + least) : 0,
        // What was decided last is still being done.
        _ => double.PositiveInfinity,
    };

    private static double Attained(TrainingStretch stretch) => (stretch.Last?.At ?? stretch.SilentUntil) is { } until
        ? stretch.GpuCount * Math.Max(0, (until - stretch.Started.At).TotalSeconds)
        : 0;

    /// <summary>What is left of a job's notifications where its history is stored: two of each start.</summary>
    public static ImmutableArray<Notification> Notifications(ImmutableArray<TrainingStretch> history) =>
        Notifications(history, PartsOf(history));

    /// <summary>As <see cref="TargetJob.LongestSilence"/>.</summary>
    public static (int Gpus, double Seconds)? LongestSilence(ImmutableArray<TrainingStretch> history) =>
        history.FirstOrDefault(stretch => stretch.SilentUntil is not null) is { GpuCount: > 0, SilentUntil: { } until } silent
            ? (silent.GpuCount, Math.Max(0, (until - silent.Started.At).TotalSeconds))
            : null;

    private static ImmutableArray<Notification> Notifications(ImmutableArray<TrainingStretch> history, int parts)
    {
        var notifications = ImmutableArray.CreateBuilder<Notification>(2 * history.Length);
        foreach (var stretch in history.Where(stretch => stretch.GpuCount > 0))
        {
            if (stretch is not { First: { } first, Last: { } last })
            {
                continue;
            }

            var since = Seconds(stretch.Started.At);
            notifications.Add(new(Seconds(first.At), Epochs(first.Epochs, parts), stretch.GpuCount, since)
            {
                EpochsBefore = Epochs(stretch.Started.Epochs, parts),
            });
            if (last != first)
            {
                notifications.Add(new(Seconds(last.At), Epochs(last.Epochs, parts), stretch.GpuCount, since));
            }
        }

        return notifications.DrainToImmutable();
    }

    private static int Epochs(double epochs, int parts) => (int)Math.Clamp(Math.Round(epochs * parts), 0, MaxEpochs);

    /// <summary>A training that is shorter than what is counted is one of it: of nothing there is no speed.</summary>
    private static int TotalOf(double epochs, int parts) => Math.Max(1, Epochs(epochs, parts));

    /// <summary>Parts of an epoch at which it saves.</summary>
    private static int PartsOf(ImmutableArray<TrainingStretch> history)
    {
        foreach (var parts in Parts)
        {
            if (history.All(stretch => IsWhole(stretch.First) && IsWhole(stretch.Last)))
            {
                return parts;
            }

            bool IsWhole(SavedEpochs? saved) =>
                saved is not { Epochs: var epochs } || Math.Abs(epochs * parts - Math.Round(epochs * parts)) < 1e-6;
        }

        return Parts[^1];
    }
}
