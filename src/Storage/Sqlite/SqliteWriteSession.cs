using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Sqlite;

/// <summary>The statements of a batch.</summary>
internal sealed class SqliteWriteSession(SqliteDatabase database, SqliteCheckpointer checkpointer) : IWriteSession
{
    private readonly SqliteStatement _begin = database.Prepare("BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = database.Prepare("COMMIT");
    private readonly SqliteStatement _guards = database.Prepare(SqliteStatements.Guards);
    private readonly SqliteStatement _takeNumbers = database.Prepare(SqliteStatements.TakeNumbers);
    private readonly SqliteStatement _takeEventNumbers = database.Prepare(SqliteStatements.TakeEventNumbers);
    private readonly SqliteStatement _insertEvent = database.Prepare(SqliteStatements.InsertEvent);
    private readonly SqliteStatement _purgeEvents = database.Prepare(SqliteStatements.PurgeEvents);
    private readonly SqliteStatement _domains = database.Prepare(SqliteStatements.ReadDomains);
    private readonly SqliteStatement _insertJob = database.Prepare(SqliteStatements.InsertJob);
    private readonly SqliteStatement _updateJob = database.Prepare(SqliteStatements.UpdateJob);
    private readonly SqliteStatement _updateJobBody = database.Prepare(SqliteStatements.UpdateJobBody);
    private readonly SqliteStatement _findMarkers = database.Prepare(SqliteStatements.FindMarkers);
    private readonly SqliteStatement _deleteJob = database.Prepare(SqliteStatements.DeleteJob);
    private readonly SqliteStatement _notePurged = database.Prepare(SqliteStatements.NotePurged);
    private readonly SqliteStatement _insertRecord = database.Prepare(SqliteStatements.InsertRecord);
    private readonly SqliteStatement _updateRecord = database.Prepare(SqliteStatements.UpdateRecord);
    private readonly SqliteStatement _deleteRecord = database.Prepare(SqliteStatements.DeleteRecord);
    private readonly SqliteStatement _insertOwner = database.Prepare(SqliteStatements.InsertOwner);
    private readonly SqliteStatement _updateOwner = database.Prepare(SqliteStatements.UpdateOwner);
    private readonly SqliteStatement _upsertRow = database.Prepare(SqliteStatements.UpsertRow);
    private readonly SqliteStatement _deleteRow = database.Prepare(SqliteStatements.DeleteRow);
    private readonly ArrayBufferWriter<byte> _keys = new();
    private readonly Utf8JsonWriter _keysWriter =
        new(Stream.Null, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Begin() => _begin.Execute();

    public void Commit()
    {
        _commit.Execute();
        checkpointer.AfterCommit(database);
    }

    /// <summary>What this process can read here is on the disk.</summary>
    public void Confirm() => Rollback();

    public void Rollback()
    {
        if (database.IsInTransaction)
        {
            database.Execute("ROLLBACK");
        }
    }

    public void ReadGuards(IReadOnlyList<StoreWrite> writes)
    {
        // The keys travel as one JSON array, so that one prepared statement serves any number of them.
        _keys.ResetWrittenCount();
        _keysWriter.Reset(_keys);
        _keysWriter.WriteStartArray();
        foreach (var write in writes)
        {
            _keysWriter.WriteStartArray();
            _keysWriter.WriteNumberValue((int)write.Kind);
            _keysWriter.WriteStringValue(write.Key);
            _keysWriter.WriteStringValue(write.Identity.StateName);
            _keysWriter.WriteEndArray();
            write.Stored = default;
        }

        _keysWriter.WriteEndArray();
        _keysWriter.Flush();
        _guards.BindText(1, _keys.WrittenSpan);
        while (_guards.Step())
        {
            writes[(int)_guards.GetInt64(0)].Stored = new(
                _guards.GetInt64(1),
                _guards.GetStringOrNull(2),
                _guards.GetInt64(3),
                _guards.GetBoolean(4),
                SqliteStatements.ActivityOf(_guards.GetInt64(5)),
                _guards.GetInt64OrNull(6));
        }
    }

    public DomainNumbers TakeNumbers(string domain, int changeCount, int additionCount)
    {
        _takeNumbers.Bind(1, domain).Bind(2, changeCount).Bind(3, additionCount).Step();
        var numbers = new DomainNumbers(
            _takeNumbers.GetInt64(0), domain, _takeNumbers.GetInt64(1), _takeNumbers.GetInt64(2),
            _takeNumbers.GetInt64(3));
        _takeNumbers.Reset();
        return numbers;
    }

    public EventNumbers TakeEventNumbers(string domain, int count)
    {
        _takeEventNumbers.Bind(1, domain).Bind(2, count).Step();
        var numbers = new EventNumbers(_takeEventNumbers.GetInt64(0), _takeEventNumbers.GetInt64(1));
        _takeEventNumbers.Reset();
        return numbers;
    }

    public void WriteJob(JobWrite write, long domainId)
    {
        var etag = write.Body is null ? null : write.NewETag;
        var stored = write.Stored;
        if (stored.Id != 0
            && (stored.Activity, stored.IsDeleted, stored.DueAtTicks, stored.Added)
                == (write.Activity, write.IsDeleted, write.DueAtTicks, write.Added))
        {
            // Most writes: naming fewer columns spares the indexes that they do not move in.
            _updateJobBody.Bind(1, stored.Id).Bind(2, write.Change).Bind(3, etag).BindBlob(4, write.Body).Execute();
            return;
        }

        var statement = stored.Id != 0
            ? _updateJob.Bind(1, stored.Id)
            : _insertJob.Bind(1, write.Key).Bind(9, domainId);
        statement
            .Bind(2, write.Change)
            .Bind(3, etag)
            .BindBlob(4, write.Body)
            .Bind(5, write.Added)
            .Bind(6, SqliteStatements.KindOf(write))
            .Bind(7, write.IsDeleted)
            .Bind(8, write.DueAtTicks)
            .Execute();
    }

    public void WriteRecord(RecordWrite write)
    {
        if (write.Body is null)
        {
            _deleteRecord.Bind(1, write.Stored.Id).Execute();
        }
        else if (write.Stored.Id != 0)
        {
            _updateRecord.Bind(1, write.Stored.Id).Bind(2, write.NewETag).BindBlob(3, write.Body).Execute();
        }
        else
        {
            _insertRecord.Bind(1, write.Key).Bind(2, write.StateName).Bind(3, write.NewETag).BindBlob(4, write.Body)
                .Execute();
        }
    }

    public void WriteRows(RowsWrite write)
    {
        var ownerId = write.Stored.Id;
        var due = write.Batch.DueAt?.UtcTicks;
        if (ownerId != 0)
        {
            _updateOwner.Bind(1, ownerId).Bind(2, write.NewETag).Bind(3, due).Execute();
        }
        else
        {
            _insertOwner.Bind(1, write.Key).Bind(2, write.NewETag).Bind(3, due).Step();
            ownerId = _insertOwner.GetInt64(0);
            _insertOwner.Execute();
        }

        foreach (var (collection, key) in write.Batch.Deletes)
        {
            _deleteRow.Bind(1, ownerId).Bind(2, collection).Bind(3, key).Execute();
        }

        foreach (var row in write.Batch.Upserts)
        {
            _upsertRow.Bind(1, ownerId).Bind(2, row.Collection).Bind(3, row.Key).BindBlob(4, row.Body.Span).Execute();
        }
    }

    public void WriteEvent(NewEvent happened, long domainId, long number) =>
        _insertEvent
            .Bind(1, domainId)
            .Bind(2, number)
            .Bind(3, happened.At.UtcTicks)
            .Bind(4, happened.JobName)
            .Bind(5, happened.Uid)
            .Bind(6, happened.Kind)
            .BindBlob(7, happened.Body.Span)
            .Execute();

    public int PurgeMarkers(string domain, long throughChange, int max)
    {
        var markers = new List<(long Id, long Change)>();
        _findMarkers.Bind(1, domain).Bind(2, throughChange).Bind(3, max);
        while (_findMarkers.Step())
        {
            markers.Add((_findMarkers.GetInt64(0), _findMarkers.GetInt64(1)));
        }

        foreach (var (id, _) in markers)
        {
            _deleteJob.Bind(1, id).Execute();
        }

        if (markers.Count > 0)
        {
            _notePurged.Bind(1, domain).Bind(2, markers[^1].Change).Execute();
        }

        return markers.Count;
    }

    public int PurgeEvents(string domain, long throughNumber, int max)
    {
        var count = 0;
        _purgeEvents.Bind(1, domain).Bind(2, throughNumber).Bind(3, max);
        while (_purgeEvents.Step())
        {
            count++;
        }

        return count;
    }

    public ImmutableArray<DomainNumbers> ReadDomains()
    {
        var domains = ImmutableArray.CreateBuilder<DomainNumbers>();
        while (_domains.Step())
        {
            domains.Add(new(
                _domains.GetInt64(0), _domains.GetString(1), _domains.GetInt64(2), _domains.GetInt64(3),
                _domains.GetInt64(4)));
        }

        return domains.ToImmutable();
    }

    /// <summary>A file has no connection to lose.</summary>
    public void Ping()
    {
    }

    public void Dispose()
    {
        _keysWriter.Dispose();
        database.Dispose();
    }
}
