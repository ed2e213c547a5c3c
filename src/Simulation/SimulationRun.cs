namespace Sluice.Simulation;

/// <summary>Plays one history.</summary>
/// <param name="plan">Which.</param>
/// <param name="progress">Told now and then how many steps there were so far.</param>
/// <param name="cancellationToken">Ends it between two steps, by throwing.</param>
public delegate HistoryResult HistoryPlayer(
    HistoryPlan plan, Action<long>? progress, CancellationToken cancellationToken);

/// <summary>
/// Plays many histories, as many at a time as there are cores: each has its own thread and its own world.
/// </summary>
/// <param name="player">Plays each.</param>
public sealed class SimulationRun(HistoryPlayer player)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<HistoryResult> _failing = [];

    /// <summary>Told of the histories and steps so far; from any thread, one at a time.</summary>
    public Action<int, long>? OnProgress { get; init; }

    /// <summary>Told of each history that broke a promise, as soon as it did; like <see cref="OnProgress"/>.</summary>
    public Action<HistoryResult>? OnFailing { get; init; }

    /// <summary>Histories that were played to their end.</summary>
    public int Histories { get; private set; }

    /// <summary>Steps of all of them.</summary>
    public long Steps { get; private set; }

    /// <summary>Of all of them, one after the other.</summary>
    public TimeSpan VirtualTime { get; private set; }

    /// <summary>How often what happened.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Histories that broke a promise, by seed.</summary>
    public IReadOnlyList<HistoryResult> Failing => _failing;

    /// <summary>Plays a history that nobody reads, and gives it up where a piece of its work does not end.</summary>
    public static HistoryResult PlayHistory(
        HistoryPlan plan, Action<long>? progress = null, CancellationToken cancellationToken = default) =>
        WatchedHistory.Play(
            () => new(plan.Seed, plan.Only, trace: null, cancellationToken),
            world => History.Play(world, plan, progress),
            plan,
            WatchedHistory.Patience);

    /// <summary>
    /// Plays histories of the seeds from <paramref name="first"/> on; it begins no more of them once one is stuck.
    /// </summary>
    /// <param name="first">The seed of the first.</param>
    /// <param name="histories">1 or more.</param>
    /// <param name="steps">Of each.</param>
    /// <param name="cancellationToken">Ends the run between two steps.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void Play(ulong first, int histories, long steps, CancellationToken cancellationToken = default)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancellationToken,
        };
        Parallel.For(0, histories, options, (index, loop) =>
        {
            long told = 0;
            var plan = new HistoryPlan { Seed = first + (ulong)index, Steps = steps };
            var result = player(
                plan,
                soFar =>
                {
                    AddSteps(soFar - told);
                    told = soFar;
                },
                cancellationToken);
            Add(result);
            if (result.IsStuck)
            {
                loop.Stop();
            }
        });
        _failing.Sort((one, other) => one.Plan.Seed.CompareTo(other.Plan.Seed));
    }

    private void AddSteps(long steps)
    {
        lock (_gate)
        {
            Steps += steps;
            OnProgress?.Invoke(Histories, Steps);
        }
    }

    private void Add(HistoryResult result)
    {
        lock (_gate)
        {
            Histories++;
            VirtualTime += result.VirtualTime;
            foreach (var (what, count) in result.Counts)
            {
                _counts[what] = _counts.GetValueOrDefault(what) + count;
            }

            if (result.Violation is not null)
            {
                _failing.Add(result);
                OnFailing?.Invoke(result);
            }

            OnProgress?.Invoke(Histories, Steps);
        }
    }
}
