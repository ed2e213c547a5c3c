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
    /// <summary>Sets of live jobs that are kept with what they tell: a plan asks of all, and of each quota's.</summary>
    private const int MaxRounds = 8;

    private readonly LearnedForecaster _forecaster = new(options);

    // What was reckoned once; it changes nothing that can be seen.
    private readonly ConditionalWeakTable<EndedJobs, Lesson> _lessons = [];
    private readonly ConditionalWeakTable<TargetJob, Ended> _ended = [];
    private readonly KnownJobs _known = new(options);
    private readonly Round?[] _rounds = new Round?[MaxRounds];
    private int _nextRound;

    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(cause);
        var ended = (memory as EndedJobs ?? EndedJobs.Nobody).With(cause.Completed, options.MaxRemembered);
        var lesson = LessonOf(ended, snapshot.NodeGpus);
        var jobs = _known.Of(snapshot, lesson);
        var round = RoundOf(lesson, [.. jobs.Select(job => job.Example).OfType<ExampleJob>()]);
        return new(_forecaster.Look(jobs, snapshot, lesson.Usual, round.Others, round.Silent), ended);
    }

    private Lesson LessonOf(EndedJobs ended, int nodeGpus)
    {
        if (_lessons.TryGetValue(ended, out var known) && known.NodeGpus == nodeGpus)
        {
            return known;
        }

        var usual = new CurvePrior(nodeGpus);
        var alone = new Resemblance(usual, options, LearnedMemory.Empty);
        var examples = ended.Jobs.Select(job => ExampleOf(job, usual, alone, nodeGpus)).OfType<ExampleJob>().ToArray();
        var lesson = new Lesson(nodeGpus, examples, usual, new(usual, options, [], examples));
        _lessons.AddOrUpdate(ended, lesson);
        return lesson;
    }

    private ExampleJob? ExampleOf(TargetJob job, CurvePrior usual, Resemblance alone, int nodeGpus)
    {
        if (_ended.TryGetValue(job, out var known) && known.NodeGpus == nodeGpus)
        {
            return known.Example;
        }

        var record = JobRecord.Read(job, usual, alone, options, new(() => alone.LogSize(job, 0)));
        var example = alone.ExampleOf(job, record, alone.CurveOf(job, record, alone.LogSize(job, 0)));
        _ended.AddOrUpdate(job, new(nodeGpus, example));
        return example;
    }

    /// <summary>What the live jobs and those that are done tell together.</summary>
    private Round RoundOf(Lesson lesson, ExampleJob[] live)
    {
        foreach (var known in _rounds)
        {
            if (known is not null && ReferenceEquals(known.Lesson, lesson) && IsSame(known.Live, live))
            {
                return known;
            }
        }

        var others = new Resemblance(lesson.Usual, options, live, lesson.Examples);
        var round = new Round(lesson, live, others, new(others, lesson.NodeGpus));
        _rounds[(uint)Interlocked.Increment(ref _nextRound) % MaxRounds] = round;
        return round;
    }

    private static bool IsSame(ExampleJob[] one, ExampleJob[] other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var index = 0; index < one.Length; index++)
        {
            if (!ReferenceEquals(one[index], other[index]))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Ended(int NodeGpus, ExampleJob? Example);

    private sealed record Round(Lesson Lesson, ExampleJob[] Live, Resemblance Others, SilentJobs Silent);
}

/// <summary>What the jobs that are done teach.</summary>
/// <param name="NodeGpus">GPUs of a node.</param>
/// <param name="Examples">The latest last.</param>
/// <param name="Usual">What is expected of any job.</param>
/// <param name="Others">What the examples tell of others.</param>
internal sealed record Lesson(int NodeGpus, ExampleJob[] Examples, CurvePrior Usual, Resemblance Others);
