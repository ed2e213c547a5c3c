using NpgsqlTypes;
using Sluice.Storage.Commits;

namespace Sluice.Storage.Postgres;

/// <summary>The records of a batch.</summary>
internal sealed class PostgresRecordRows
{
    private readonly PostgresStatement _delete = new(PostgresStatements.DeleteRecords);
    private readonly List<string> _deleteKeys;
    private readonly List<string> _deleteStates;
    private readonly List<string?> _deleteExpected;
    private readonly Columns _inserted = new(PostgresStatements.InsertRecords, hasExpected: false);
    private readonly Columns _updated = new(PostgresStatements.UpdateRecords, hasExpected: true);

    public PostgresRecordRows()
    {
        _deleteKeys = _delete.Array<string>(NpgsqlDbType.Text);
        _deleteStates = _delete.Array<string>(NpgsqlDbType.Text);
        _deleteExpected = _delete.Array<string?>(NpgsqlDbType.Text);
        Statements = [_delete, _inserted.Statement, _updated.Statement];
    }

    public PostgresStatement[] Statements { get; }

    public void Add(RecordWrite write)
    {
        if (write.Body is { } body)
        {
            (write.Stored.Id == 0 ? _inserted : _updated).Add(write, body);
            return;
        }

        _deleteKeys.Add(write.Key);
        _deleteStates.Add(write.StateName);
        _deleteExpected.Add(write.ExpectedETag);
        _delete.Add();
    }

    private sealed class Columns
    {
        private readonly List<string> _keys;
        private readonly List<string> _states;
        private readonly List<string?>? _expected;
        private readonly List<string> _etags;
        private readonly List<byte[]> _bodies;

        public Columns(string sql, bool hasExpected)
        {
            Statement = new(sql);
            _keys = Statement.Array<string>(NpgsqlDbType.Text);
            _states = Statement.Array<string>(NpgsqlDbType.Text);
            _expected = hasExpected ? Statement.Array<string?>(NpgsqlDbType.Text) : null;
            _etags = Statement.Array<string>(NpgsqlDbType.Text);
            _bodies = Statement.Array<byte[]>(NpgsqlDbType.Bytea);
        }

        public PostgresStatement Statement { get; }

        public void Add(RecordWrite write, byte[] body)
        {
            _keys.Add(write.Key);
            _states.Add(write.StateName);
            _expected?.Add(write.ExpectedETag);
            _etags.Add(write.NewETag);
            _bodies.Add(body);
            Statement.Add();
        }
    }
}
