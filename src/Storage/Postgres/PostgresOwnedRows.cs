using NpgsqlTypes;
using Sluice.Storage.Commits;

namespace Sluice.Storage.Postgres;

/// <summary>The owners of a batch and their rows.</summary>
internal sealed class PostgresOwnedRows
{
    private readonly PostgresStatement _insertOwner = new(PostgresStatements.InsertOwners);
    private readonly PostgresStatement _updateOwner = new(PostgresStatements.UpdateOwners);
    private readonly PostgresStatement _delete = new(PostgresStatements.DeleteRows);
    private readonly PostgresStatement _upsert = new(PostgresStatements.UpsertRows);
    private readonly Owners _inserted;
    private readonly Owners _updated;
    private readonly RowKeys _deleted;
    private readonly RowKeys _upserted;
    private readonly List<ReadOnlyMemory<byte>> _bodies;
    private readonly Dictionary<(string Collection, string Key), int> _places = [];

    public PostgresOwnedRows()
    {
        _inserted = new(_insertOwner, hasExpected: false);
        _updated = new(_updateOwner, hasExpected: true);
        _deleted = new(_delete);
        _upserted = new(_upsert);
        _bodies = _upsert.Array<ReadOnlyMemory<byte>>(NpgsqlDbType.Bytea);
        Statements = [_insertOwner, _updateOwner, _delete, _upsert];
    }

    public PostgresStatement[] Statements { get; }

    public void Add(RowsWrite write, long ownerId)
    {
        (write.Stored.Id == 0 ? _inserted : _updated).Add(write, ownerId);
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

    private sealed class Owners(PostgresStatement statement, bool hasExpected)
    {
        private readonly List<long> _ids = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<string> _keys = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<string?>? _expected = hasExpected ? statement.Array<string?>(NpgsqlDbType.Text) : null;
        private readonly List<string> _etags = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<long?> _due = statement.Array<long?>(NpgsqlDbType.Bigint);

        public void Add(RowsWrite write, long ownerId)
        {
            _ids.Add(ownerId);
            _keys.Add(write.Key);
            _expected?.Add(write.ExpectedETag);
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
}
