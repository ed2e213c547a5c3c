using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>
/// Divides the GPUs of a snapshot: first to jobs that have been without for too long, then class by class of priority,
/// in each to whom they are worth most. What a job must keep is never given to another.
/// </summary>
internal sealed class ShareDivision
{
    private readonly TargetSnapshot _snapshot;
    private readonly JobForecast[] _forecasts;
    private readonly double[] _weights;
    private readonly JobChoices _choices;
    private readonly bool[] _isOverdue;
    private readonly bool[] _isHeldBack;
    private bool _isKeptForLate;

    public ShareDivision(TargetSnapshot snapshot, JobForecast[] forecasts, AdaptiveOptions options)
    {
        _snapshot = snapshot;
        _forecasts = forecasts;
        _weights = new JobWeights(options).Of(forecasts, snapshot.GpuCount);
        _choices = new(options);
        _isHeldBack = FindHeldBack();
        _isOverdue = FindOverdue(options.MaxWaitSeconds);
    }

    /// <summary>GPUs of each job; and what one more would be worth in the lowest class.</summary>
    /// <param name="countsLoss">True: what could be had now. False: what should be had in the end.</param>
    /// <param name="desired">Running jobs do not grow beyond that; null: no such bound.</param>
    public (int[] Counts, double Price) Divide(bool countsLoss, int[]? desired)
    {
        var choices = new ShareChoice[_forecasts.Length][];
        for (var job = 0; job < choices.Length; job++)
        {
            choices[job] = ChoicesOf(job, countsLoss, desired);
        }

        var counts = new int[choices.Length];
        var free = _snapshot.GpuCount - choices.Sum(job => job[0].Gpus);
        var price = 0.0;
        var classes = Enumerable.Range(0, choices.Length).GroupBy(ClassOf).OrderByDescending(group => group.Key);
        foreach (var group in classes)
        {
            int[] members = [.. group];
            var groupChoices = Array.ConvertAll(members, job => choices[job]);
            var least = groupChoices.Sum(job => job[0].Gpus);
            (var chosen, price) = PricedShares.Divide(free + least, groupChoices);
            free += least;
            for (var member = 0; member < members.Length; member++)
            {
                counts[members[member]] = groupChoices[member][chosen[member]].Gpus;
                free -= counts[members[member]];
            }
        }

        return (counts, price);
    }

    /// <summary>Why a waiting job that gets nothing gets nothing.</summary>
    public string WhyNot(int job) =>
        _isKeptForLate ? "one that has waited for too long goes first"
        : _isHeldBack[job] ? "others keep too much for it, or shorter or more urgent ones are to have that"
        : "GPUs are worth more to other jobs now";

    private int ClassOf(int job) => _snapshot.Jobs[job].Priority;

    private ShareChoice[] ChoicesOf(int index, bool countsLoss, int[]? desired)
    {
        var job = _snapshot.Jobs[index];
        if (job.HeldGpus > 0 && _snapshot.Now < job.ChangeableFrom)
        {
            return [new(job.HeldGpus, 0)];
        }

        if (_isHeldBack[index] && !_isOverdue[index])
        {
            return [new(0, 0)];
        }

        var most = desired is null || job.HeldGpus == 0 ? int.MaxValue : Math.Max(job.HeldGpus, desired[index]);
        var choices = _choices.Of(job, _forecasts[index], _weights[index], countsLoss, most, _snapshot.Now);
        return _isOverdue[index] ? choices[1..] : choices;
    }

    /// <summary>
    /// A start that cannot be taken back waits until all shorter ones that wait fit as well: it must not take what they
    /// are about to get.
    /// </summary>
    private bool[] FindHeldBack()
    {
        var isHeldBack = new bool[_forecasts.Length];
        var kept = _snapshot.Jobs.Sum(job => job.MustRunOn || (job.HasStarted && !job.MayBeSuspended)
            ? job.MinGpus
            : 0);
        foreach (var index in Enumerable.Range(0, isHeldBack.Length)
            .Where(index => _snapshot.Jobs[index] is { HasStarted: false, MayBeSuspended: false })
            .OrderByDescending(index => _snapshot.Jobs[index].Priority)
            .ThenBy(index => _forecasts[index].Area))
        {
            isHeldBack[index] = kept + _snapshot.Jobs[index].MinGpus > _snapshot.GpuCount;
            kept += _snapshot.Jobs[index].MinGpus;
        }

        return isHeldBack;
    }

    /// <summary>
    /// Who must be given GPUs now. Where one of them cannot be yet, no other waiting job starts before it.
    /// </summary>
    private bool[] FindOverdue(double maxWaitSeconds)
    {
        var isOverdue = new bool[_forecasts.Length];
        var free = _snapshot.GpuCount - _snapshot.Jobs.Sum(job => LeastOf(job, _snapshot.Now));
        foreach (var index in Enumerable.Range(0, isOverdue.Length)
            .Where(index => IsLate(_snapshot.Jobs[index], maxWaitSeconds))
            .OrderBy(index => _snapshot.Jobs[index].HeldSince))
        {
            free -= _forecasts[index].Levels[0];
            if (free < 0)
            {
                _isKeptForLate = true;
                for (var job = 0; job < isOverdue.Length; job++)
                {
                    _isHeldBack[job] |= _snapshot.Jobs[job].HeldGpus == 0;
                }

                break;
            }

            isOverdue[index] = true;
        }

        return isOverdue;
    }

    private bool IsLate(TargetJob job, double maxWaitSeconds) =>
        job.HeldGpus == 0 && _snapshot.Now >= job.HeldSince + maxWaitSeconds && job.MinGpus <= _snapshot.GpuCount;

    /// <summary>GPUs that cannot be taken from it now.</summary>
    private static int LeastOf(TargetJob job, double now) => job switch
    {
        { HeldGpus: 0 } => 0,
        _ when now < job.ChangeableFrom => job.HeldGpus,
        { MayBeSuspended: false } or { MustRunOn: true } => job.MinGpus,
        _ => 0,
    };
}
