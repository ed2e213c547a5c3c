using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>
/// The picture that notifications give, read anew each time from the histories of the jobs and of those that are done:
/// nothing has to be remembered from one decision to the next, so that the same state gives the same picture.
/// </summary>
/// <param name="options">How what one job shows is carried over to others.</param>
public sealed class HistoryForecaster(LearningOptions options) : IForecaster
{
    private readonly LearnedForecaster _forecaster = new(options);

    // What was reckoned once; it changes nothing that can be seen.
    private readonly ConditionalWeakTable<EndedJobs, Lesson> _lessons = [];
    private readonly ConditionalWeakTable<TargetJob, Learned> _learned = [];

    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(cause);
        var ended = (memory as EndedJobs ?? EndedJobs.Nobody).With(cause.Completed, options.MaxRemembered);
        var lesson = LessonOf(ended, snapshot.NodeGpus);
        var jobs = ImmutableDictionary.CreateBuilder<string, LearnedJob>(StringComparer.Ordinal);
        foreach (var job in snapshot.Jobs)
        {
            jobs[job.Uid] = LearnedOf(job, lesson, snapshot.GpuCount);
        }

        var read = _forecaster.Read(lesson.Memory with { Jobs = jobs.ToImmutable() }, snapshot, new());
        return read with { Memory = ended };
    }

    private Lesson LessonOf(EndedJobs ended, int nodeGpus)
    {
        if (_lessons.TryGetValue(ended, out var known) && known.NodeGpus == nodeGpus)
        {
            return known;
        }

        var usual = new CurvePrior(nodeGpus);
        var alone = new Resemblance(usual, options, LearnedMemory.Empty);
        var examples = ended.Jobs.Select(job => ExampleOf(job, usual, alone)).OfType<ExampleJob>();
        var memory = LearnedMemory.Empty with { Ended = [.. examples] };
        var lesson = new Lesson(nodeGpus, memory, usual, new(usual, options, memory));
        _lessons.AddOrUpdate(ended, lesson);
        return lesson;
    }

    private ExampleJob? ExampleOf(TargetJob job, CurvePrior usual, Resemblance alone)
    {
        var record = RecordOf(job, usual, alone);
        return alone.ExampleOf(job, record, alone.CurveOf(job, record, alone.LogSize(job, 0)));
    }

    private LearnedJob LearnedOf(TargetJob job, Lesson lesson, int gpuCount)
    {
        if (_learned.TryGetValue(job, out var known) && known.Lesson == lesson && known.GpuCount == gpuCount)
        {
            return known.Job;
        }

        var record = RecordOf(job, lesson.Usual, lesson.Others);
        var size = lesson.Others.LogSize(job, 0);
        var curve = lesson.Others.CurveOf(job, record, size);
        var learned = new LearnedJob(record, size, curve)
        {
            Table = UsefulLevels.Find(job, record, curve, lesson.NodeGpus, gpuCount),
            Example = lesson.Others.ExampleOf(job, record, curve),
        };
        _learned.AddOrUpdate(job, new(lesson, gpuCount, learned));
        return learned;
    }

    /// <summary>What its notifications showed, one after the other.</summary>
    private JobRecord RecordOf(TargetJob job, CurvePrior usual, Resemblance others)
    {
        var record = JobRecord.Nothing;
        var size = new Lazy<double>(() => others.LogSize(job, 0));
        Notification? previous = null;
        foreach (var last in job.Notifications)
        {
            var restart = record.RestartSeconds(others.RestartSeconds, options.UsualRestartWeight);
            var then = job with
            {
                HeldGpus = last.HeldGpus,
                HeldSince = last.HeldSince,
                Notifications = previous is { } before ? [before, last] : [last],
            };
            var seen = record.Follow(then, previous?.At, restart);
            record = seen.Learn(then, restart, new SpeedEstimate(usual, size.Value, 1.5, [.. seen.Seen]).SecondsPerEpoch);
            previous = last;
        }

        return record.Follow(
            job, previous?.At, record.RestartSeconds(others.RestartSeconds, options.UsualRestartWeight));
    }

    /// <summary>What the jobs that are done teach.</summary>
    private sealed record Lesson(int NodeGpus, LearnedMemory Memory, CurvePrior Usual, Resemblance Others);

    private sealed record Learned(Lesson Lesson, int GpuCount, LearnedJob Job);
}
