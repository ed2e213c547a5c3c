using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>
/// What was reckoned of live jobs, kept as long as they show nothing new and the same was learned of jobs like them. It
/// changes nothing that can be seen.
/// </summary>
/// <param name="options">How what one job shows is carried over to others.</param>
internal sealed class KnownJobs(LearningOptions options)
{
    /// <summary>Looks between two at what may be forgotten, and after which a job that was not seen is.</summary>
    private const int RoundsKept = 256;

    /// <summary>Ways to look at one job: shares of quotas, what it is to hold in a plan.</summary>
    private const int MaxVariants = 16;

    private readonly ConcurrentDictionary<string, KnownJob> _jobs = new(StringComparer.Ordinal);
    private long _round;

    /// <summary>In the order of the snapshot.</summary>
    public LearnedJob[] Of(TargetSnapshot snapshot, Lesson lesson)
    {
        var round = Interlocked.Increment(ref _round);
        var learned = new LearnedJob[snapshot.Jobs.Length];
        for (var index = 0; index < learned.Length; index++)
        {
            var job = snapshot.Jobs[index];
            var known = _jobs.GetOrAdd(job.Uid, static _ => new());
            lock (known)
            {
                known.Round = round;
                learned[index] = Of(job, known, lesson, snapshot.GpuCount);
            }
        }

        if (round % RoundsKept == 0)
        {
            foreach (var (uid, known) in _jobs)
            {
                if (known.Round < round - RoundsKept)
                {
                    _jobs.TryRemove(uid, out _);
                }
            }
        }

        return learned;
    }

    private LearnedJob Of(TargetJob job, KnownJob known, Lesson lesson, int gpuCount)
    {
        if (!ReferenceEquals(known.Lesson, lesson) || !IsSame(known.Notifications, job.Notifications)
            || known.Variants.Count > MaxVariants)
        {
            known.Variants.Clear();
            (known.Lesson, known.Notifications) = (lesson, job.Notifications);
        }

        var variant = new Variant(
            job.MinGpus, job.MaxGpus, job.Replicas, job.MayBeSuspended, job.LosesUnsavedWork, job.TotalEpochs,
            job.HeldGpus, job.HeldSince, gpuCount);
        if (!known.Variants.TryGetValue(variant, out var learned))
        {
            known.Variants[variant] = learned = Learn(job, known, lesson, gpuCount);
        }

        return learned;
    }

    private LearnedJob Learn(TargetJob job, KnownJob known, Lesson lesson, int gpuCount)
    {
        var size = lesson.Others.LogSize(job, 0);
        var record = JobRecord.Read(job, lesson.Usual, lesson.Others, options, new(size));
        var curve = lesson.Others.CurveOf(job, record, size, known.Scores);
        return new(record, size, curve)
        {
            Table = UsefulLevels.Find(job, record, curve, lesson.NodeGpus, gpuCount),
            Example = lesson.Others.ExampleOf(job, record, curve),
        };
    }

    private static bool IsSame(ImmutableArray<Notification> one, ImmutableArray<Notification> other) =>
        one == other || one.AsSpan().SequenceEqual(other.AsSpan());

    private sealed class KnownJob
    {
        public long Round { get; set; }

        public Lesson? Lesson { get; set; }

        public ImmutableArray<Notification> Notifications { get; set; } = [];

        public Dictionary<Variant, LearnedJob> Variants { get; } = [];

        public KnownScores Scores { get; } = new();
    }

    private readonly record struct Variant(
        int MinGpus,
        int MaxGpus,
        int Replicas,
        bool MayBeSuspended,
        bool LosesUnsavedWork,
        int? TotalEpochs,
        int HeldGpus,
        double HeldSince,
        int GpuCount);
}
