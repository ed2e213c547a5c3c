using System.Collections.Immutable;
using System.Globalization;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Simple;

/// <summary>
/// Gives each job its share by a rule, class by class of priority. Running jobs are moved towards it at their
/// checkpoints, and at once where a waiting job gets what they give up.
/// </summary>
/// <param name="name">As people are told it.</param>
/// <param name="rule">Says what everybody's share is.</param>
/// <param name="forecaster">Where its picture of the jobs is from.</param>
public sealed class SharePolicy(string name, IShareRule rule, IForecaster forecaster) : ITargetPolicy
{
    public string Name => name;

    public bool KeepsOrder => rule.KeepsOrder;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var forecast = forecaster.Read(memory, snapshot, cause);
        var jobs = new SharingJob[forecast.Jobs.Length];
        for (var job = 0; job < jobs.Length; job++)
        {
            jobs[job] = Share(snapshot.Jobs[job], forecast.Jobs[job], snapshot.Now);
        }

        var shares = Divide(snapshot, jobs);
        var moves = new ShareMoves(snapshot, forecast.Jobs, shares, Describe);
        var targets = moves.Find(Order(snapshot, jobs));
        return new(targets, forecast.Memory) { Waits = Waits(snapshot, shares, targets) };

        string Describe(int job) => string.Create(
            CultureInfo.InvariantCulture,
            $"its share by {name} among {snapshot.Jobs.Length} jobs is {shares[job]}");
    }

    private ImmutableArray<JobWait> Waits(
        TargetSnapshot snapshot, int[] shares, ImmutableArray<JobTarget> targets)
    {
        var moved = targets.Select(target => target.Uid).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Enumerable.Range(0, shares.Length)
                .Where(job => snapshot.Jobs[job].HeldGpus == 0 && !moved.Contains(snapshot.Jobs[job].Uid))
                .Select(job => new JobWait(snapshot.Jobs[job].Uid, string.Create(
                    CultureInfo.InvariantCulture,
                    $"its share by {name} is {shares[job]} now"
                    + $"{(shares[job] == 0 ? "" : ", and others are yet to give up what they have above theirs")}"))),
        ];
    }

    /// <summary>In which order jobs have their turn.</summary>
    private IEnumerable<int> Order(TargetSnapshot snapshot, SharingJob[] jobs) => KeepsOrder
        ? Enumerable.Range(0, jobs.Length)
            .OrderByDescending(job => snapshot.Jobs[job].Priority)
            .ThenBy(job => rule.Rank(jobs[job]))
        : Enumerable.Range(0, jobs.Length);

    private int[] Divide(TargetSnapshot snapshot, SharingJob[] jobs)
    {
        var counts = new int[jobs.Length];
        var kept = jobs.Sum(Least);
        var free = snapshot.GpuCount - kept;
        foreach (var group in Enumerable.Range(0, jobs.Length)
            .GroupBy(job => snapshot.Jobs[job].Priority)
            .OrderByDescending(group => group.Key))
        {
            int[] members = [.. group];
            free += members.Sum(job => Least(jobs[job]));
            var shares = rule.Divide(Math.Max(0, free), [.. members.Select(job => jobs[job])]);
            for (var member = 0; member < members.Length; member++)
            {
                counts[members[member]] = shares[member];
                free -= shares[member];
            }
        }

        return counts;
    }

    private static int Least(SharingJob job) => job.IsPinned ? job.Levels[0] : 0;

    private static SharingJob Share(TargetJob job, JobForecast forecast, double now)
    {
        var isFixed = job.HeldGpus > 0 && now < job.ChangeableFrom;
        return new()
        {
            Levels = isFixed ? [job.HeldGpus] : [.. forecast.Levels],
            Speeds = isFixed ? [Math.Max(forecast.HeldSpeed, double.Epsilon)] : [.. forecast.Speeds],
            Work = forecast.Work,
            Attained = job.AttainedAt(now),
            IsPinned = isFixed || (job.HeldGpus > 0 && (!job.MayBeSuspended || job.MustRunOn)),
            HasNoRoom = job.HasNoRoom,
        };
    }
}
