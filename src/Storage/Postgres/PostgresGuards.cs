using Npgsql;
using NpgsqlTypes;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// The guards of a batch, one statement a table that it touches, and the counters of its domains. Used again for the
/// next one.
/// </summary>
internal sealed class PostgresGuards
{
    private readonly Table _jobs = new(PostgresStatements.GuardJobs);
    private readonly Table _records = new(PostgresStatements.GuardRecords);
    private readonly Table _owners = new(PostgresStatements.GuardOwners);
    private readonly List<string> _states;
    private readonly PostgresStatement _domains = new(PostgresStatements.LockDomains);
    private readonly List<string> _domainNames;
    private readonly HashSet<string> _named = [];
    private readonly Table[] _tables;

    public PostgresGuards()
    {
        _states = _records.Statement.Array<string>(NpgsqlDbType.Text);
        _domainNames = _domains.Array<string>(NpgsqlDbType.Text);
        _tables = [_jobs, _records, _owners];
    }

    /// <summary>In the same order for every process, so that none waits for one that waits for it.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands
    {
        get
        {
            foreach (var table in _tables.Where(table => table.Places.Count > 0))
            {
                yield return table.Statement.Command;
            }

            if (_domainNames.Count > 0)
            {
                yield return _domains.Command;
            }
        }
    }

    public static DomainNumbers ReadNumbers(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));

    /// <param name="writes">Sorted, one entry a key.</param>
    public void Ask(IReadOnlyList<StoreWrite> writes)
    {
        Clear();
        for (var place = 0; place < writes.Count; place++)
        {
            var write = writes[place];
            write.Stored = default;
            var table = write.Kind switch
            {
                WriteKind.Job => _jobs,
                WriteKind.Record => _records,
                WriteKind.Rows => _owners,
                _ => throw new InvalidOperationException($"no table for {write.Kind}"),
            };
            table.Places.Add(place);
            table.Keys.Add(write.Key);
            if (write is RecordWrite record)
            {
                _states.Add(record.StateName);
            }

            AskForDomain(write);
        }
    }

    public void Read(NpgsqlDataReader reader, IReadOnlyList<StoreWrite> writes, Action<DomainNumbers> onDomain)
    {
        var hasResult = true;
        foreach (var table in _tables.Where(table => table.Places.Count > 0))
        {
            while (reader.Read())
            {
                writes[table.Places[(int)reader.GetInt64(0) - 1]].Stored = new(
                    reader.GetInt64(1),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.GetInt64(3),
                    reader.GetBoolean(4),
                    JobActivity.None,
                    DueAtTicks: null);
            }

            hasResult = reader.NextResult();
        }

        while (hasResult && reader.Read())
        {
            onDomain(ReadNumbers(reader));
        }
    }

    private void AskForDomain(StoreWrite write)
    {
        if (PostgresKnown.DomainOf(write) is { } domain && _named.Add(domain))
        {
            _domainNames.Add(domain);
        }
    }

    private void Clear()
    {
        foreach (var table in _tables)
        {
            table.Statement.Clear();
            table.Places.Clear();
        }

        _domains.Clear();
        _named.Clear();
    }

    private sealed class Table
    {
        public Table(string sql)
        {
            Statement = new(sql);
            Keys = Statement.Array<string>(NpgsqlDbType.Text);
        }

        public PostgresStatement Statement { get; }

        public List<string> Keys { get; }

        /// <summary>Of each key, the place of its write among those that were asked for.</summary>
        public List<int> Places { get; } = [];
    }
}
