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
    private readonly PostgresNumberedRows _numbered = new();
    private readonly PostgresRecordRows _records = new();
    private readonly PostgresOwnedRows _owned = new();
    private readonly PostgresStatement _hints = new(PostgresStatements.SendHints);
    private readonly List<string> _hintTexts;

    public PostgresRows() => _hintTexts = _hints.Array<string>(NpgsqlDbType.Text);

    /// <summary>Those that have rows; what takes numbers first, deletions of rows before what is added.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands =>
        ((PostgresStatement[])[_numbered.Statement, .. _records.Statements, .. _owned.Statements])
            .Where(statement => statement.Count > 0)
            .Select(statement => statement.Command);

    /// <summary>What other processes may be told after the commit.</summary>
    public IEnumerable<NpgsqlBatchCommand> Hints => _hints.Count > 0 ? [_hints.Command] : [];

    public void Add(JobWrite write, long domainId) => _numbered.Add(write, (int)domainId);

    public void Add(RecordWrite write) => _records.Add(write);

    public void Add(RowsWrite write, long ownerId) => _owned.Add(write, ownerId);

    public void Add(NewEvent happened, long domainId, long number) =>
        _numbered.Add(happened, (int)domainId, number);

    public void Add(DomainNumbers before, DomainNumbers after)
    {
        _numbered.Add(before, after);
        _hintTexts.Add(string.Create(
            CultureInfo.InvariantCulture, $"{after.NewestChange} {after.NewestEvent} {after.Name}"));
        _hints.Add();
    }

    /// <summary>Reads the answers to <see cref="Commands"/>.</summary>
    public void Read(NpgsqlDataReader reader)
    {
        if (_numbered.Statement.Count > 0)
        {
            _numbered.ReadPlaces(reader);
        }

        while (reader.NextResult())
        {
        }
    }

    public void Clear()
    {
        _numbered.Clear();
        foreach (var statement in (PostgresStatement[])[.. _records.Statements, .. _owned.Statements, _hints])
        {
            statement.Clear();
        }
    }
}
