namespace Sluice.Simulation;

/// <summary>
/// Plays many histories, as many at a time as there are cores: each has its own thread and its own world.
/// </summary>
public sealed class SimulationRun
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<HistoryResult> _failing = [];

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

    /// <summary>Plays histories of the seeds from <paramref name="first"/> on.</summary>
    /// <param name="first">The seed of the first.</param>
    /// <param name="histories">1 or more.</param>
    /// <param name="steps">Of each.</param>
    /// <param name="progress">Told of the histories and steps so far; from any thread, one at a time.</param>
    /// <param name="cancellationToken">Ends the run between two steps.</param>
    public static SimulationRun Play(
        ulong first,
        int histories,
        long steps,
        Action<int, long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var run = new SimulationRun();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancellationToken,
        };
        Parallel.For(0, histories, options, index =>
        {
            long told = 0;
            var plan = new HistoryPlan { Seed = first + (ulong)index, Steps = steps };
            var result = History.Play(
                plan,
                progress: soFar =>
                {
                    run.Tell(soFar - told, progress);
                    told = soFar;
                },
                cancellationToken: cancellationToken);
            run.Add(result, progress);
        });
        run._failing.Sort((one, other) => one.Plan.Seed.CompareTo(other.Plan.Seed));
        return run;
    }

    private void Tell(long steps, Action<int, long>? progress)
    {
        lock (_gate)
        {
            Steps += steps;
            progress?.Invoke(Histories, Steps);
        }
    }

    private void Add(HistoryResult result, Action<int, long>? progress)
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
            }

            progress?.Invoke(Histories, Steps);
        }
    }
}
