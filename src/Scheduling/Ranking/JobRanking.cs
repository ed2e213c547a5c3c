using System.Collections.Immutable;

namespace Sluice.Scheduling.Ranking;

/// <summary>The documented orders.</summary>
public enum RankingOrder
{
    None = 0,

    /// <summary>All; arrival ascending.</summary>
    Arrival = 1,

    /// <summary><see cref="RankedJob.Difference"/> over 0; last checkpoint descending.</summary>
    CanUseMore = 2,

    /// <summary><see cref="RankedJob.Difference"/> equal to x; last checkpoint descending.</summary>
    DifferenceIs = 3,

    /// <summary><see cref="RankedJob.Surplus"/> of x or more; last checkpoint descending.</summary>
    CanGive = 4,
}

/// <summary>
/// The active jobs of a domain, kept in order while they change, so that the first of a list costs a look at the tree
/// and no sort. An order is made when it is first asked for. Not for concurrent use.
/// </summary>
public sealed class JobRanking
{
    private static readonly Comparer<RankedJob> ByArrival = Comparer<RankedJob>.Create((left, right) =>
        left.ArrivedAt.CompareTo(right.ArrivedAt) is var order and not 0 ? order : left.Added.CompareTo(right.Added));

    private static readonly Comparer<RankedJob> ByCheckpoint = Comparer<RankedJob>.Create((left, right) =>
        right.LastCheckpointAt.CompareTo(left.LastCheckpointAt) is var order and not 0
            ? order
            : left.Added.CompareTo(right.Added));

    private readonly Dictionary<string, RankedJob> _jobs;
    private readonly Order _byArrival = new(ByArrival, _ => true);
    private readonly Order _byCheckpoint = new(ByCheckpoint, _ => true);
    private readonly Order _canUseMore = new(ByCheckpoint, job => job.Difference > 0);

    public JobRanking()
        : this([])
    {
    }

    /// <summary>Ranks many at once, which costs much less than one after the other.</summary>
    /// <param name="jobs">Each key once.</param>
    public JobRanking(IReadOnlyCollection<RankedJob> jobs)
    {
        _jobs = new(jobs.Count, StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            _jobs.Add(job.Key, job);
        }
    }

    public int Count => _jobs.Count;

    /// <summary>Counts every change: lists made at the same version are the same.</summary>
    public long Version { get; private set; }

    public void Put(RankedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        Remove(job.Key);
        _jobs.Add(job.Key, job);
        _byArrival.Add(job);
        _byCheckpoint.Add(job);
        _canUseMore.Add(job);
        Version++;
    }

    /// <summary>A job that is not there is no error.</summary>
    public void Remove(string key)
    {
        if (_jobs.Remove(key, out var job))
        {
            _byArrival.Remove(job);
            _byCheckpoint.Remove(job);
            _canUseMore.Remove(job);
            Version++;
        }
    }

    /// <summary>The first <paramref name="limit"/> jobs of an order.</summary>
    /// <param name="order">Filter and order.</param>
    /// <param name="x">For the orders that have one; 0 or more.</param>
    /// <param name="limit">1 or more; null: all.</param>
    public IEnumerable<RankedJob> Select(RankingOrder order, long x, int? limit)
    {
        IEnumerable<RankedJob> jobs = order switch
        {
            RankingOrder.Arrival => _byArrival.Of(_jobs.Values),
            RankingOrder.CanUseMore => _canUseMore.Of(_jobs.Values),
            RankingOrder.DifferenceIs =>
                (x > 0 ? _canUseMore : _byCheckpoint).Of(_jobs.Values).Where(job => job.Difference == x),
            RankingOrder.CanGive => _byCheckpoint.Of(_jobs.Values).Where(job => job.Surplus >= x),
            _ => throw new ArgumentOutOfRangeException(nameof(order), order, "unknown order"),
        };
        return limit is { } most ? jobs.Take(most) : jobs;
    }

    /// <summary>The same as a JSON array, in pieces of about 64 KiB that are sent one after the other.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Encode(RankingOrder order, long x, int? limit)
    {
        var pieces = new RecordPieces(limit is <= 4 ? 2048 : RecordPieces.PieceBytes);
        pieces.AddRaw("["u8);
        foreach (var job in Select(order, x, limit))
        {
            pieces.Add(job.Json.Span);
        }

        pieces.AddRaw("]"u8);
        return pieces.Build();
    }

    /// <summary>One order, which costs nothing until somebody asks for it.</summary>
    private sealed class Order(IComparer<RankedJob> comparer, Func<RankedJob, bool> isIn)
    {
        private SortedSet<RankedJob>? _sorted;

        public SortedSet<RankedJob> Of(IEnumerable<RankedJob> jobs) => _sorted ??= new(jobs.Where(isIn), comparer);

        public void Add(RankedJob job)
        {
            if (_sorted is not null && isIn(job))
            {
                _sorted.Add(job);
            }
        }

        public void Remove(RankedJob job) => _sorted?.Remove(job);
    }
}
