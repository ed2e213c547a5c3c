using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>The rows that a batch writes, by statement. Used again for the next one.</summary>
internal sealed class PostgresRows
{
    private readonly Domains _domains = new();
    private readonly PostgresJobRows _jobs = new();
    private readonly PostgresRecordRows _records = new();
    private readonly PostgresOwnedRows _owned = new();
    private readonly PostgresStatement _hints = new(PostgresStatements.SendHints);
    private readonly List<string> _hintTexts;

    public PostgresRows() => _hintTexts = _hints.Array<string>(NpgsqlDbType.Text);

    /// <summary>Those that have rows; counters first, deletions of rows before what is added.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands =>
        ((PostgresStatement[])[_domains.Update, .. _jobs.Statements, .. _records.Statements, .. _owned.Statements])
            .Where(statement => statement.Count > 0)
            .Select(statement => statement.Command);

    /// <summary>What other processes may be told after the commit.</summary>
    public IEnumerable<NpgsqlBatchCommand> Hints => _hints.Count > 0 ? [_hints.Command] : [];

    public void Add(JobWrite write, long domainId) => _jobs.Add(write, (int)domainId);

    public void Add(RecordWrite write) => _records.Add(write);

    public void Add(RowsWrite write, long ownerId) => _owned.Add(write, ownerId);

    public void Add(NewEvent happened, long domainId, long number) => _owned.Add(happened, (int)domainId, number);

    public void Add(DomainNumbers numbers)
    {
        _domains.Add(numbers);
        _hintTexts.Add(string.Create(
            CultureInfo.InvariantCulture, $"{numbers.NewestChange} {numbers.NewestEvent} {numbers.Name}"));
        _hints.Add();
    }

    public void Clear()
    {
        foreach (var statement in (PostgresStatement[])
            [_domains.Update, .. _jobs.Statements, .. _records.Statements, .. _owned.Statements, _hints])
        {
            statement.Clear();
        }
    }

    private sealed class Domains
    {
        private readonly List<int> _ids;
        private readonly List<long> _changes;
        private readonly List<long> _added;
        private readonly List<long> _events;

        public Domains()
        {
            _ids = Update.Array<int>(NpgsqlDbType.Integer);
            _changes = Update.Array<long>(NpgsqlDbType.Bigint);
            _added = Update.Array<long>(NpgsqlDbType.Bigint);
            _events = Update.Array<long>(NpgsqlDbType.Bigint);
        }

        public PostgresStatement Update { get; } = new(PostgresStatements.UpdateDomains);

        public void Add(DomainNumbers numbers)
        {
            _ids.Add((int)numbers.Id);
            _changes.Add(numbers.NewestChange);
            _added.Add(numbers.NewestAdded);
            _events.Add(numbers.NewestEvent);
            Update.Add();
        }
    }
}
