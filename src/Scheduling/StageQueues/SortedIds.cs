using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>Walks through sets of ids.</summary>
internal static class SortedIds
{
    /// <summary>The ids above one, found without looking at those below. Null: all.</summary>
    public static IEnumerable<long> After(ImmutableSortedSet<long> ids, long? after)
    {
        var place = after is { } id ? ids.IndexOf(id) : -1;
        for (var next = after is null ? 0 : place >= 0 ? place + 1 : ~place; next < ids.Count; next++)
        {
            yield return ids[next];
        }
    }

    /// <summary>Two ascending sequences as one.</summary>
    public static IEnumerable<long> Merge(IEnumerable<long> left, IEnumerable<long> right)
    {
        using var ones = left.GetEnumerator();
        using var others = right.GetEnumerator();
        var (hasOne, hasOther) = (ones.MoveNext(), others.MoveNext());
        while (hasOne || hasOther)
        {
            if (hasOne && (!hasOther || ones.Current < others.Current))
            {
                yield return ones.Current;
                hasOne = ones.MoveNext();
            }
            else
            {
                yield return others.Current;
                hasOther = others.MoveNext();
            }
        }
    }
}
