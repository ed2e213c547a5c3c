using System.Collections.Immutable;
using System.Globalization;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Simple;

/// <summary>
/// First come, first served, class by class of priority: a job starts with as many GPUs of its range as are free and
/// help, and keeps them to its end. Where the first in the queue has no room, those behind it start only if they are
/// expected to be done before it could start, and it is passed so <see cref="MaxPasses"/> times at the most. One that
/// can start with none gets its GPUs as if it waited for them.
/// </summary>
/// <param name="forecaster">Where its picture of the jobs is from.</param>
public sealed class QueuePolicy(IForecaster forecaster) : ITargetPolicy
{
    /// <summary>Estimates may be wrong: a job is passed no more often than that.</summary>
    public const int MaxPasses = 16;

    public string Name => "fifo";

    public bool KeepsOrder => true;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var forecast = forecaster.Read(memory, snapshot, cause);
        var (targets, waits) = Start(snapshot, forecast.Jobs);
        return new(targets, forecast.Memory) { Waits = waits };
    }

    private static (ImmutableArray<JobTarget> Targets, ImmutableArray<JobWait> Waits) Start(
        TargetSnapshot snapshot, JobForecast[] jobs)
    {
        var targets = ImmutableArray.CreateBuilder<JobTarget>();
        var waits = ImmutableArray.CreateBuilder<JobWait>();
        var isClosed = false;
        var free = snapshot.FreeGpus;
        var ends = Enumerable.Range(0, jobs.Length)
            .Where(job => snapshot.Jobs[job].HeldGpus > 0)
            .Select(job => (Gpus: snapshot.Jobs[job].HeldGpus, Seconds: Left(jobs[job])))
            .ToList();
        double? window = null;
        foreach (var job in Enumerable.Range(0, jobs.Length)
            .Where(job => snapshot.Jobs[job].HeldGpus == 0)
            .OrderByDescending(job => snapshot.Jobs[job].Priority)
            .ThenBy(job => snapshot.Jobs[job].ArrivedAt))
        {
            var level = snapshot.Jobs[job].HasNoRoom
                ? -1
                : Array.FindLastIndex(jobs[job].Levels, gpus => gpus <= free);
            var isStarted = !isClosed && level >= 0 && Seconds(jobs[job], level) <= (window ?? double.PositiveInfinity);
            if (isStarted)
            {
                var gpus = jobs[job].Levels[level];
                free -= gpus;
                ends.Add((gpus, Seconds(jobs[job], level)));
                targets.Add(new(snapshot.Jobs[job].Uid, gpus, Reason(jobs[job], level, window)));
            }
            else
            {
                waits.Add(new(snapshot.Jobs[job].Uid, WhyNot(isFirst: window is null, isClosed, level, free)));
                window ??= SecondsUntilFree(free, ends, snapshot.Jobs[job].MinGpus);
                isClosed |= snapshot.Jobs[job].PassedBy >= MaxPasses;
            }
        }

        return (targets.ToImmutable(), waits.ToImmutable());
    }

    private static string WhyNot(bool isFirst, bool isClosed, int level, int free) =>
        isFirst ? FormattableString.Invariant(
            $"it is the first in the queue, and {free} {(free == 1 ? "GPU is" : "GPUs are")} free")
        : isClosed ? FormattableString.Invariant($"one before it has no room yet, and was passed {MaxPasses} times")
        : level < 0 ? "it is behind the first in the queue, which has no room yet"
        : "it would not be done before the first in the queue could start";

    private static double Seconds(JobForecast job, int level) => job.RestartSeconds + job.SecondsAt(level);

    /// <summary>
    /// Until those that run, and those that are started now, have ended, the shortest first, so that as many are free.
    /// </summary>
    private static double SecondsUntilFree(int free, IEnumerable<(int Gpus, double Seconds)> ends, int gpus)
    {
        foreach (var end in ends.OrderBy(end => end.Seconds))
        {
            free += end.Gpus;
            if (free >= gpus)
            {
                return end.Seconds;
            }
        }

        return double.PositiveInfinity;
    }

    private static double Left(JobForecast job) => job.RestartLeftSeconds + job.Work / job.HeldSpeed;

    private static string Reason(JobForecast job, int level, double? window) => string.Create(
        CultureInfo.InvariantCulture,
        $"its turn has come; {job.SecondsAt(level):F0} s to the end, with {job.Levels[0]} {job.SecondsAt(0):F0} s"
        + $"{Before(window)}");

    private static string Before(double? window) => window is { } seconds
        ? string.Create(
            CultureInfo.InvariantCulture, $", before the first in the queue could start in {seconds:F0} s")
        : "";
}
