using Npgsql;
using NpgsqlTypes;
using Sluice.Storage.Archives;

namespace Sluice.Storage.Postgres;

/// <summary>
/// Writes the rows of an archive by COPY, one table after the other, within a transaction of its user.
/// </summary>
internal sealed class PostgresImport(NpgsqlConnection connection) : IDisposable
{
    private readonly ArchiveIds _domains = new("domain");
    private readonly ArchiveIds _owners = new("owner");
    private NpgsqlBinaryImporter? _copy;
    private Type? _table;

    public void Write(ArchiveRow row)
    {
        var copy = CopyTo(row);
        copy.StartRow();
        switch (row)
        {
            case ArchivedDomain domain:
                copy.Write((int)_domains.Add(domain.Name), NpgsqlDbType.Integer);
                Text(copy, domain.Name);
                Numbers(copy, domain.NewestChange, domain.NewestAdded, domain.NewestEvent, domain.PurgedChange);
                break;
            case ArchivedJob job:
                Text(copy, job.Key);
                copy.Write((int)_domains.Find(job.Domain), NpgsqlDbType.Integer);
                Numbers(copy, job.Added, job.Change);
                copy.Write(job.Kind, NpgsqlDbType.Smallint);
                copy.Write(job.IsDeleted, NpgsqlDbType.Boolean);
                Numbers(copy, job.DueAtTicks);
                Text(copy, job.ETag);
                copy.Write(job.Body, NpgsqlDbType.Bytea);
                break;
            case ArchivedRecord record:
                Text(copy, record.Key, record.State, record.ETag);
                copy.Write(record.Body, NpgsqlDbType.Bytea);
                break;
            case ArchivedOwner owner:
                Numbers(copy, _owners.Add(owner.Key));
                Text(copy, owner.Key, owner.ETag);
                Numbers(copy, owner.DueAtTicks);
                break;
            case ArchivedRow owned:
                Numbers(copy, _owners.Find(owned.Owner));
                Text(copy, owned.Collection, owned.Key);
                copy.Write(owned.Body, NpgsqlDbType.Bytea);
                break;
            case ArchivedEvent happened:
                copy.Write((int)_domains.Find(happened.Domain), NpgsqlDbType.Integer);
                Numbers(copy, happened.Number, happened.AtTicks);
                Text(copy, happened.Job, happened.Uid, happened.Kind);
                copy.Write(happened.Body, NpgsqlDbType.Bytea);
                break;
        }
    }

    /// <summary>What comes after the import goes on after its ids.</summary>
    public void Complete()
    {
        EndTable();
        using var command = new NpgsqlCommand(
            $"""
            SELECT setval(pg_get_serial_sequence('domains', 'id'), {_domains.Newest + 1}, false),
                setval('owner_ids', {_owners.Newest + 1}, false)
            """,
            connection);
        command.ExecuteNonQuery();
    }

    /// <summary>What was not completed is undone with the transaction.</summary>
    public void Dispose() => _copy?.Dispose();

    private static void Text(NpgsqlBinaryImporter copy, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is null)
            {
                copy.WriteNull();
            }
            else
            {
                copy.Write(text, NpgsqlDbType.Text);
            }
        }
    }

    private static void Numbers(NpgsqlBinaryImporter copy, params ReadOnlySpan<long?> numbers)
    {
        foreach (var number in numbers)
        {
            if (number is { } value)
            {
                copy.Write(value, NpgsqlDbType.Bigint);
            }
            else
            {
                copy.WriteNull();
            }
        }
    }

    private static string TableOf(ArchiveRow row) => row switch
    {
        ArchivedDomain => "domains (id, name, newest_change, newest_added, newest_event, purged_change)",
        ArchivedJob => "jobs (key, domain, added, change, kind, deleted, due, etag, body)",
        ArchivedRecord => "records (key, state, etag, body)",
        ArchivedOwner => "owners (id, key, etag, due)",
        ArchivedRow => "rows (owner, collection, key, body)",
        ArchivedEvent => "events (domain, number, at, job, uid, kind, body)",
        _ => throw new InvalidDataException($"a {row.GetType().Name} among the rows"),
    };

    private NpgsqlBinaryImporter CopyTo(ArchiveRow row)
    {
        if (_copy is not null && _table == row.GetType())
        {
            return _copy;
        }

        EndTable();
        _table = row.GetType();
        _copy = connection.BeginBinaryImport($"COPY {TableOf(row)} FROM STDIN (FORMAT BINARY)");
        _copy.Timeout = Timeout.InfiniteTimeSpan;
        return _copy;
    }

    private void EndTable()
    {
        _copy?.Complete();
        _copy?.Dispose();
        _copy = null;
    }
}
