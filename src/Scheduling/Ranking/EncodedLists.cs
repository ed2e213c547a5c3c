using System.Collections.Immutable;

namespace Sluice.Scheduling.Ranking;

/// <summary>
/// Encoded lists of a ranking that were asked for lately: while nothing changes, a list is encoded once however many
/// ask. Not for concurrent use.
/// </summary>
/// <param name="ranking">What is encoded.</param>
public sealed class EncodedLists(JobRanking ranking)
{
    /// <summary>Different lists kept at a time; all are dropped when there is one more, and at each change.</summary>
    public const int MaxLists = 32;

    private readonly Dictionary<Query, ImmutableArray<ReadOnlyMemory<byte>>> _lists = [];
    private long _version = -1;

    /// <summary>As <see cref="JobRanking.Encode"/>.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Get(RankingOrder order, long x, int? limit)
    {
        if (_version != ranking.Version || _lists.Count == MaxLists)
        {
            _lists.Clear();
            _version = ranking.Version;
        }

        var query = new Query(order, x, limit);
        if (!_lists.TryGetValue(query, out var list))
        {
            _lists.Add(query, list = ranking.Encode(order, x, limit));
        }

        return list;
    }

    private readonly record struct Query(RankingOrder Order, long X, int? Limit);
}
