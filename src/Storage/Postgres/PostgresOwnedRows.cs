using NpgsqlTypes;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;

namespace Sluice.Storage.Postgres;

/// <summary>Owners, their rows, and the events of a batch.</summary>
internal sealed class PostgresOwnedRows
{
    private readonly PostgresStatement _insertOwner = new(PostgresStatements.InsertOwners);
    private readonly PostgresStatement _updateOwner = new(PostgresStatements.UpdateOwners);
    private readonly PostgresStatement _delete = new(PostgresStatements.DeleteRows);
    private readonly PostgresStatement _upsert = new(PostgresStatements.UpsertRows);
    private readonly List<long> _insertOwnerIds;
    private readonly Owners _inserted;
    private readonly Owners _updated;
    private readonly RowKeys _deleted;
    private readonly RowKeys _upserted;
    private readonly List<ReadOnlyMemory<byte>> _bodies;
    private readonly Events _events = new();
    private readonly Dictionary<(string Collection, string Key), int> _places = [];

    public PostgresOwnedRows()
    {
        _insertOwnerIds = _insertOwner.Array<long>(NpgsqlDbType.Bigint);
        _inserted = new(_insertOwner);
        _updated = new(_updateOwner);
        _deleted = new(_delete);
        _upserted = new(_upsert);
        _bodies = _upsert.Array<ReadOnlyMemory<byte>>(NpgsqlDbType.Bytea);
        Statements = [_insertOwner, _updateOwner, _delete, _upsert, _events.Statement];
    }

    public PostgresStatement[] Statements { get; }

    public void Add(RowsWrite write, long ownerId)
    {
        if (write.Stored.Id == 0)
        {
            _insertOwnerIds.Add(ownerId);
            _inserted.Add(write);
        }
        else
        {
            _updated.Add(write);
        }

        foreach (var (collection, key) in write.Batch.Deletes)
        {
            _deleted.Add(ownerId, collection, key);
        }

        _places.Clear();
        foreach (var row in write.Batch.Upserts)
        {
            // One statement may not write a row twice: the later body takes the place of the earlier.
            if (_places.TryAdd((row.Collection, row.Key), _bodies.Count))
            {
                _upserted.Add(ownerId, row.Collection, row.Key);
                _bodies.Add(row.Body);
            }
            else
            {
                _bodies[_places[(row.Collection, row.Key)]] = row.Body;
            }
        }
    }

    public void Add(NewEvent happened, int domainId, long number) => _events.Add(happened, domainId, number);

    private sealed class Owners(PostgresStatement statement)
    {
        private readonly List<string> _keys = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<string> _etags = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<long?> _due = statement.Array<long?>(NpgsqlDbType.Bigint);

        public void Add(RowsWrite write)
        {
            _keys.Add(write.Key);
            _etags.Add(write.NewETag);
            _due.Add(write.Batch.DueAt?.UtcTicks);
            statement.Add();
        }
    }

    private sealed class RowKeys(PostgresStatement statement)
    {
        private readonly List<long> _owners = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<string> _collections = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<string> _keys = statement.Array<string>(NpgsqlDbType.Text);

        public void Add(long owner, string collection, string key)
        {
            _owners.Add(owner);
            _collections.Add(collection);
            _keys.Add(key);
            statement.Add();
        }
    }

    private sealed class Events
    {
        private readonly List<int> _domains;
        private readonly List<long> _numbers;
        private readonly List<long> _at;
        private readonly List<string?> _jobs;
        private readonly List<string?> _uids;
        private readonly List<string> _kinds;
        private readonly List<ReadOnlyMemory<byte>> _bodies;

        public Events()
        {
            _domains = Statement.Array<int>(NpgsqlDbType.Integer);
            _numbers = Statement.Array<long>(NpgsqlDbType.Bigint);
            _at = Statement.Array<long>(NpgsqlDbType.Bigint);
            _jobs = Statement.Array<string?>(NpgsqlDbType.Text);
            _uids = Statement.Array<string?>(NpgsqlDbType.Text);
            _kinds = Statement.Array<string>(NpgsqlDbType.Text);
            _bodies = Statement.Array<ReadOnlyMemory<byte>>(NpgsqlDbType.Bytea);
        }

        public PostgresStatement Statement { get; } = new(PostgresStatements.InsertEvents);

        public void Add(NewEvent happened, int domainId, long number)
        {
            _domains.Add(domainId);
            _numbers.Add(number);
            _at.Add(happened.At.UtcTicks);
            _jobs.Add(happened.JobName);
            _uids.Add(happened.Uid);
            _kinds.Add(happened.Kind);
            _bodies.Add(happened.Body);
            Statement.Add();
        }
    }
}
