using NpgsqlTypes;
using Sluice.Storage.Commits;

namespace Sluice.Storage.Postgres;

/// <summary>The job rows of a batch: new ones, changed ones, and those of which only the body changed.</summary>
internal sealed class PostgresJobRows
{
    private readonly PostgresStatement _insert = new(PostgresStatements.InsertJobs);
    private readonly PostgresStatement _update = new(PostgresStatements.UpdateJobs);
    private readonly PostgresStatement _updateBody = new(PostgresStatements.UpdateJobBodies);
    private readonly List<string> _insertKeys;
    private readonly List<int> _insertDomains;
    private readonly Columns _inserted;
    private readonly List<string> _updateKeys;
    private readonly Columns _updated;
    private readonly List<string> _bodyKeys;
    private readonly List<long> _bodyChanges;
    private readonly List<string?> _bodyETags;
    private readonly List<byte[]> _bodies;

    public PostgresJobRows()
    {
        _insertKeys = _insert.Array<string>(NpgsqlDbType.Text);
        _insertDomains = _insert.Array<int>(NpgsqlDbType.Integer);
        _inserted = new(_insert);
        _updateKeys = _update.Array<string>(NpgsqlDbType.Text);
        _updated = new(_update);
        _bodyKeys = _updateBody.Array<string>(NpgsqlDbType.Text);
        _bodyChanges = _updateBody.Array<long>(NpgsqlDbType.Bigint);
        _bodyETags = _updateBody.Array<string?>(NpgsqlDbType.Text);
        _bodies = _updateBody.Array<byte[]>(NpgsqlDbType.Bytea);
        Statements = [_insert, _update, _updateBody];
    }

    public PostgresStatement[] Statements { get; }

    public void Add(JobWrite write, int domainId)
    {
        var stored = write.Stored;
        if (stored.Id == 0)
        {
            _insertKeys.Add(write.Key);
            _insertDomains.Add(domainId);
            _inserted.Add(write);
            _insert.Add();
        }
        else if ((stored.Activity, stored.IsDeleted, stored.DueAtTicks, stored.Added)
            != (write.Activity, write.IsDeleted, write.DueAtTicks, write.Added))
        {
            _updateKeys.Add(write.Key);
            _updated.Add(write);
            _update.Add();
        }
        else
        {
            _bodyKeys.Add(write.Key);
            _bodyChanges.Add(write.Change);
            _bodyETags.Add(write.Body is null ? null : write.NewETag);
            _bodies.Add(write.Body ?? []);
            _updateBody.Add();
        }
    }

    private sealed class Columns(PostgresStatement statement)
    {
        private readonly List<long> _added = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<long> _changes = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<short> _kinds = statement.Array<short>(NpgsqlDbType.Smallint);
        private readonly List<bool> _deleted = statement.Array<bool>(NpgsqlDbType.Boolean);
        private readonly List<long?> _due = statement.Array<long?>(NpgsqlDbType.Bigint);
        private readonly List<string?> _etags = statement.Array<string?>(NpgsqlDbType.Text);
        private readonly List<byte[]> _bodies = statement.Array<byte[]>(NpgsqlDbType.Bytea);

        public void Add(JobWrite write)
        {
            _added.Add(write.Added);
            _changes.Add(write.Change);
            _kinds.Add(PostgresStatements.KindOf(write));
            _deleted.Add(write.IsDeleted);
            _due.Add(write.DueAtTicks);
            _etags.Add(write.Body is null ? null : write.NewETag);
            _bodies.Add(write.Body ?? []);
        }
    }
}
