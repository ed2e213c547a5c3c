using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Sluice.Grains.Ports;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>The statements of reads. Those that must see one committed state go out together, in one round trip.</summary>
internal sealed class PostgresReadSession(NpgsqlConnection connection, PostgresDialect dialect) : IReadSession
{
    public StoredRecord? ReadRecord(string key, string stateName) =>
        ReadOne(PostgresStatements.ReadRecord, Text(key), Text(stateName));

    public Dictionary<string, StoredRecord> ReadJobs(IReadOnlyCollection<string> keys) => ReadAll(
        Command(PostgresStatements.ReadJobs, Texts(keys)),
        reader => KeyValuePair.Create(
            reader.GetString(0), new StoredRecord(reader.GetString(1), reader.GetFieldValue<byte[]>(2))))
        .ToDictionary();

    public ImmutableArray<JobRow>? ReadChanges(string domain, long after, int max) => InSnapshot(
        [
            Command(PostgresStatements.ReadPurged, Text(domain)),
            Command(PostgresStatements.ReadChanges, Text(domain), Number(after), Number(max)),
        ],
        reader =>
        {
            var purgedChange = reader.Read() ? reader.GetInt64(0) : 0;
            reader.NextResult();
            return after < purgedChange ? (ImmutableArray<JobRow>?)null : ReadJobs(reader);
        });

    public ImmutableArray<JobRow> ReadActive(string domain, long after, int max) =>
        ReadJobs(PostgresStatements.ReadActive, domain, after, max);

    public ImmutableArray<JobRow> ReadRunnable(string domain, long after, int max) =>
        ReadJobs(PostgresStatements.ReadRunnable, domain, after, max);

    public ImmutableArray<JobRow> ReadInOrder(string domain, long after, int max) =>
        ReadJobs(PostgresStatements.ReadInOrder, domain, after, max);

    public EventRows ReadEvents(string domain, long after, int max, string? jobName, int maxKept) => ReadEvents(
        jobName is null ? PostgresStatements.ReadEvents : PostgresStatements.ReadEventsOfJob,
        domain, after, max, jobName, maxKept);

    public EventRows ReadLatestEvents(string domain, int max, string? jobName, int maxKept)
    {
        var read = ReadEvents(
            jobName is null ? PostgresStatements.ReadLatestEvents : PostgresStatements.ReadLatestEventsOfJob,
            domain, after: 0, max, jobName, maxKept);
        return read with { Rows = [.. read.Rows.Reverse()] };
    }

    public OwnedRows LoadRows(string owner) => InSnapshot(
        [Command(PostgresStatements.ReadOwner, Text(owner)), Command(PostgresStatements.LoadRows, Text(owner))],
        reader =>
        {
            var etag = reader.Read() ? reader.GetString(0) : null;
            reader.NextResult();
            var rows = ImmutableArray.CreateBuilder<OwnedRow>();
            var collection = "";
            while (reader.Read())
            {
                // The rows of a collection follow each other, by the hundred thousand.
                var next = reader.GetString(0);
                collection = next == collection ? collection : next;
                rows.Add(new(collection, reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
            }

            return new OwnedRows(etag, rows.DrainToImmutable());
        });

    public string? ReadOwner(string owner) => ReadAll(
        Command(PostgresStatements.ReadOwner, Text(owner)), reader => reader.GetString(0)).FirstOrDefault();

    public ImmutableArray<string> ReadDue(long nowTicks, int max) => ReadAll(
        Command(PostgresStatements.ReadDue, Number(nowTicks), Number(max)), reader => reader.GetString(0));

    public ImmutableArray<DomainNumbers> ReadNewest(IReadOnlyCollection<string> domains) => ReadAll(
        Command(PostgresStatements.ReadNewest, Texts(domains)), PostgresGuards.ReadNumbers);

    public void Dispose() => connection.Dispose();

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter<string> Text(string text) =>
        new() { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = text };

    private static NpgsqlParameter<string[]> Texts(IReadOnlyCollection<string> texts) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = [.. texts] };

    private static NpgsqlParameter<long> Number(long number) =>
        new() { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = number };

    private static ImmutableArray<JobRow> ReadJobs(NpgsqlDataReader reader)
    {
        var rows = ImmutableArray.CreateBuilder<JobRow>();
        while (reader.Read())
        {
            rows.Add(new(
                reader.GetString(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetBoolean(3),
                reader.GetFieldValue<byte[]>(4)));
        }

        return rows.ToImmutable();
    }

    private static EventRow ReadEvent(NpgsqlDataReader reader) => new(reader.GetInt64(0), new()
    {
        At = new(reader.GetInt64(1), TimeSpan.Zero),
        JobName = reader.IsDBNull(2) ? null : reader.GetString(2),
        Uid = reader.IsDBNull(3) ? null : reader.GetString(3),
        Kind = reader.GetString(4),
        Body = reader.GetFieldValue<byte[]>(5),
    });

    private EventRows ReadEvents(
        string sql, string domain, long after, int max, string? jobName, int maxKept)
    {
        var rows = Command(sql, Text(domain), Number(after), Number(max), Number(maxKept));
        if (jobName is not null)
        {
            rows.Parameters.Add(Text(jobName));
        }

        return InSnapshot([Command(PostgresStatements.ReadNewestEvent, Text(domain)), rows], reader =>
        {
            var newest = reader.Read() ? reader.GetInt64(0) : 0;
            reader.NextResult();
            var events = ImmutableArray.CreateBuilder<EventRow>();
            while (reader.Read())
            {
                events.Add(ReadEvent(reader));
            }

            return new EventRows(events.ToImmutable(), newest);
        });
    }

    private ImmutableArray<JobRow> ReadJobs(string sql, string domain, long after, int max) =>
        Read([Command(sql, Text(domain), Number(after), Number(max))], ReadJobs);

    private StoredRecord? ReadOne(string sql, params NpgsqlParameter[] parameters) => Read(
        [Command(sql, parameters)],
        reader => reader.Read() ? new StoredRecord(reader.GetString(0), reader.GetFieldValue<byte[]>(1)) : null);

    private ImmutableArray<T> ReadAll<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, T> read) =>
        Read([command], reader =>
        {
            var all = ImmutableArray.CreateBuilder<T>();
            while (reader.Read())
            {
                all.Add(read(reader));
            }

            return all.ToImmutable();
        });

    private T InSnapshot<T>(NpgsqlBatchCommand[] commands, Func<NpgsqlDataReader, T> read) => Read(
        [new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), .. commands, new("COMMIT")], read);

    private T Read<T>(NpgsqlBatchCommand[] commands, Func<NpgsqlDataReader, T> read) => dialect.Explain(() =>
    {
        using var batch = new NpgsqlBatch(connection);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        using var reader = batch.ExecuteReader();
        return read(reader);
    });
}
