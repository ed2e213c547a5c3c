using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Changes;

/// <summary>A domain's part of <see cref="ChangeFeed"/>, which locks it.</summary>
internal sealed class DomainFeed
{
    private TaskCompletionSource? _waiting;

    public long Newest { get; set; }

    /// <summary>By change number, without a gap up to <see cref="Newest"/>.</summary>
    public Dictionary<long, JobRow> Rows { get; } = [];

    public Task NextChange =>
        (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private long Oldest => Newest - Rows.Count + 1;

    public void Signal()
    {
        _waiting?.TrySetResult();
        _waiting = null;
    }

    /// <returns>Bytes of the row; 0 where it was gone.</returns>
    public int Drop(long change) => Rows.Remove(change, out var row) ? row.Body.Length : 0;

    /// <returns>Bytes of the rows that were there.</returns>
    public long Clear()
    {
        var bytes = Rows.Values.Sum(row => (long)row.Body.Length);
        Rows.Clear();
        return bytes;
    }

    public bool TryRead(long after, int max, out ImmutableArray<JobRow> rows)
    {
        rows = [];
        if (after < Oldest - 1)
        {
            return false;
        }

        // Backwards, so that the last change of a key is met first and stands for it.
        var seen = new HashSet<string>();
        var newestFirst = new List<JobRow>();
        for (var change = Newest; change > after; change--)
        {
            var row = Rows[change];
            if (seen.Add(row.Key))
            {
                newestFirst.Add(row);
            }
        }

        newestFirst.Reverse();
        rows = [.. newestFirst.Take(max)];
        return true;
    }
}
