using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Store;

/// <summary>
/// What is stored: what a database file is to its servers. Several <see cref="ModelStore"/> may work on it.
/// </summary>
public sealed class ModelTables
{
    /// <summary>Called with each committed job row, before its writer knows.</summary>
    public Action<JobRow, IStoredJob>? OnJobCommitted { get; set; }

    /// <summary>The same of row batches.</summary>
    public Action<RowBatch>? OnRowsCommitted { get; set; }

    internal static Comparer<(string First, string Second)> PairOrder { get; } =
        Comparer<(string First, string Second)>.Create((left, right) =>
            string.CompareOrdinal(left.First, right.First) is var order and not 0
                ? order
                : string.CompareOrdinal(left.Second, right.Second));

    internal SortedDictionary<(string Key, string StateName), ModelRecord> Records { get; } = new(PairOrder);

    internal SortedDictionary<string, ModelJob> Jobs { get; } = new(StringComparer.Ordinal);

    internal SortedDictionary<string, ModelOwner> Owners { get; } = new(StringComparer.Ordinal);

    internal SortedDictionary<string, ModelDomain> Domains { get; } = new(StringComparer.Ordinal);

    internal long ETagsMade { get; set; }
}

internal sealed record ModelRecord(string ETag, ReadOnlyMemory<byte> Body);

internal sealed record ModelIndex(bool IsActive, bool IsRunnable, bool IsDeleted, DateTimeOffset? DueAt)
{
    public static ModelIndex Of(IStoredJob job) => new(job.IsActive, job.IsRunnable, job.IsDeleted, job.DueAt);
}

internal sealed record ModelJob(string? ETag, ModelIndex Index, JobRow Row, ModelDomain Domain);

internal sealed record ModelOwner(
    string ETag,
    ImmutableSortedDictionary<(string Collection, string Key), ReadOnlyMemory<byte>> Rows,
    DateTimeOffset? DueAt);

internal sealed class ModelDomain(string name)
{
    public string Name { get; } = name;

    public long NewestChange { get; set; }

    public long NewestAdded { get; set; }

    public long PurgedChange { get; set; }

    public TaskCompletionSource? Waiting { get; set; }

    public long NewestEvent { get; set; }

    public Queue<EventRow> Events { get; } = [];

    public TaskCompletionSource? WaitingForEvent { get; set; }
}
