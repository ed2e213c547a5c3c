using System.Collections.Immutable;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>
/// Gives GPUs where they shorten the mean time to completion most, by what jobs have shown at their checkpoints. It
/// counts what a change costs: the restart, and the work that it undoes; so most changes wait for a checkpoint, and
/// one that pays at once is made at once. docs/lab.md tells how it compares.
/// </summary>
/// <param name="forecaster">Where its picture of the jobs is from.</param>
/// <param name="options">How jobs are weighed against each other.</param>
public sealed class AdaptivePolicy(IForecaster forecaster, AdaptiveOptions options) : ITargetPolicy
{
    /// <summary>As a manager has it, who only sees notifications.</summary>
    public AdaptivePolicy()
        : this(new LearnedForecaster(new()), new())
    {
    }

    public string Name => "adaptive";

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var forecast = forecaster.Read(memory, snapshot, cause);
        var division = new ShareDivision(snapshot, forecast.Jobs, options);
        var (desired, price) = division.Divide(countsLoss: false, desired: null);
        var counts = desired;
        if (snapshot.Jobs.Any(job => job.LosesUnsavedWork && job.HeldGpus > 0))
        {
            (counts, price) = division.Divide(countsLoss: true, desired);
            ShrinkAtCheckpoints(snapshot, forecast.Jobs, desired, counts);
        }

        return new(Changes(snapshot, forecast.Jobs, counts, price), forecast.Memory, NextWake(snapshot))
        {
            Waits =
            [
                .. Enumerable.Range(0, counts.Length)
                    .Where(job => counts[job] == 0 && snapshot.Jobs[job].HeldGpus == 0)
                    .Select(job => new JobWait(snapshot.Jobs[job].Uid, division.WhyNot(job))),
            ],
        };
    }

    /// <summary>What is to be given up in the end is given up where that undoes nothing, for others.</summary>
    private static void ShrinkAtCheckpoints(TargetSnapshot snapshot, JobForecast[] jobs, int[] desired, int[] counts)
    {
        for (var job = 0; job < jobs.Length; job++)
        {
            var isAtCheckpoint = snapshot.Jobs[job].HeldGpus > 0 && jobs[job].RestartLeftSeconds == 0
                && jobs[job].LossSeconds <= JobChoices.NoLossSeconds;
            if (isAtCheckpoint && desired[job] < counts[job])
            {
                counts[job] = desired[job];
            }
        }
    }

    private static ImmutableArray<JobTarget> Changes(
        TargetSnapshot snapshot, JobForecast[] jobs, int[] counts, double price)
    {
        var changes = ImmutableArray.CreateBuilder<JobTarget>();
        for (var job = 0; job < counts.Length; job++)
        {
            if (counts[job] != snapshot.Jobs[job].HeldGpus)
            {
                var reason = new ChangeReason(snapshot.Jobs[job], jobs[job], counts[job], price);
                changes.Add(new(snapshot.Jobs[job].Uid, counts[job], reason.ToString()));
            }
        }

        return changes.ToImmutable();
    }

    /// <summary>When the first of the bounds is over that keep a job as it is.</summary>
    private double? NextWake(TargetSnapshot snapshot)
    {
        var next = double.PositiveInfinity;
        foreach (var job in snapshot.Jobs)
        {
            var at = job.HeldGpus > 0 ? job.ChangeableFrom : job.HeldSince + options.MaxWaitSeconds;
            next = at > snapshot.Now ? Math.Min(next, at) : next;
        }

        return double.IsFinite(next) ? next : null;
    }
}
