using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Commits;

/// <summary>Writes a record, or clears it (no body). A grain may have several, by state name.</summary>
internal sealed class RecordWrite(string key, string stateName, string? expectedETag, string newETag, byte[]? body)
    : StoreWrite(WriteKind.Record, key, expectedETag, newETag)
{
    public string StateName { get; } = stateName;

    public byte[]? Body { get; } = body;

    public override int BodyBytes => Body?.Length ?? 0;

    public override (WriteKind Kind, string Key, string StateName) Identity => (Kind, Key, StateName);
}

/// <summary>Writes a job's row, or clears it (no body); a cleared one stays as a marker for followers.</summary>
internal sealed class JobWrite(string key, string domain, string? expectedETag, string newETag, byte[]? body)
    : StoreWrite(WriteKind.Job, key, expectedETag, newETag)
{
    public string Domain { get; } = domain;

    public byte[]? Body { get; } = body;

    public required JobActivity Activity { get; init; }

    public required bool IsDeleted { get; init; }

    public required long? DueAtTicks { get; init; }

    public ImmutableArray<NewEvent> NewEvents { get; init; } = [];

    public override ImmutableArray<NewEvent> Events => NewEvents;

    public override string EventDomain => Domain;

    /// <summary>Its number in the domain; set by the transaction that is tried.</summary>
    public long Change { get; set; }

    /// <summary>Its place in the order of addition; set by the transaction that is tried, or its commit.</summary>
    public long Added { get; set; }

    /// <summary>It takes a new place: it was not there, or was deleted.</summary>
    public bool IsAddition => Stored.Id == 0 || (Stored.IsDeleted && !IsDeleted);

    public override int BodyBytes => (Body?.Length ?? 0)
        + (NewEvents.IsEmpty ? 0 : NewEvents.Sum(happened => happened.Body.Length));

    public JobRow ToRow() => new(Key, Added, Change, IsDeleted, Body ?? []);
}

/// <summary>Writes an owner's rows.</summary>
internal sealed class RowsWrite : StoreWrite
{
    public RowsWrite(RowBatch batch, string newETag)
        : base(WriteKind.Rows, batch.Owner, batch.ExpectedETag, newETag)
    {
        Batch = batch;
        foreach (var row in batch.Upserts)
        {
            BodyBytes += row.Body.Length;
        }

        foreach (var happened in batch.Events)
        {
            BodyBytes += happened.Body.Length;
        }
    }

    public RowBatch Batch { get; }

    public override ImmutableArray<NewEvent> Events => Batch.Events;

    public override string EventDomain => GrainKeys.ParseCapacity(Batch.Owner);

    public override int BodyBytes { get; }
}
