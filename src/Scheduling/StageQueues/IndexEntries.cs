using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// A job in the index of all jobs, which is ordered by id alone: an entry without a job finds the one with it.
/// </summary>
public readonly record struct JobEntry(long Id, ListedJob? Job)
{
    public static readonly IComparer<JobEntry> ById =
        Comparer<JobEntry>.Create(static (left, right) => left.Id.CompareTo(right.Id));
}

/// <summary>A job's place among those that will be over their time: the earliest first, then by id.</summary>
public readonly record struct DueJob(DateTimeOffset At, long Id)
{
    public static readonly IComparer<DueJob> ByTime = Comparer<DueJob>.Create(static (left, right) =>
        left.At.UtcTicks.CompareTo(right.At.UtcTicks) is var order and not 0 ? order : left.Id.CompareTo(right.Id));
}

/// <summary>Walks through indexes.</summary>
internal static class Index
{
    /// <summary>The entries above one, found without looking at those below.</summary>
    public static IEnumerable<T> After<T>(ImmutableSortedSet<T> entries, T last)
    {
        var place = entries.IndexOf(last);
        for (var next = place >= 0 ? place + 1 : ~place; next < entries.Count; next++)
        {
            yield return entries[next];
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
