using Npgsql;
using NpgsqlTypes;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// What takes numbers: the jobs and events of a batch, and the counters of their domains. They are one statement, as
/// Npgsql hands all but the first of several to another thread.
/// </summary>
internal sealed class PostgresNumberedRows
{
    private readonly Jobs _jobs;
    private readonly Counters _counters;
    private readonly Events _events;

    public PostgresNumberedRows()
    {
        // In the order of the parameters.
        _jobs = new(Statement);
        _counters = new(Statement);
        _events = new(Statement);
    }

    public PostgresStatement Statement { get; } = new(PostgresStatements.WriteNumbered);

    public void Add(JobWrite write, int domainId) => _jobs.Add(write, domainId);

    public void Add(NewEvent happened, int domainId, long number) => _events.Add(happened, domainId, number);

    public void Add(DomainNumbers before, DomainNumbers after)
    {
        _counters.Add(before, after);
        Statement.Add();
    }

    /// <summary>Tells the jobs that were there their places, which may not have been asked for.</summary>
    public void ReadPlaces(NpgsqlDataReader reader)
    {
        reader.Read();
        if (_jobs.Updated.Count == 0)
        {
            return;
        }

        var places = reader.GetFieldValue<long[]>(1);
        for (var index = 0; index < places.Length; index++)
        {
            _jobs.Updated[index].Added = places[index];
        }
    }

    public void Clear()
    {
        Statement.Clear();
        _jobs.Updated.Clear();
    }

    private sealed class Jobs(PostgresStatement statement)
    {
        // What is stored, as the statement names it.
        private const short Nothing = 0;
        private const short Present = 1;
        private const short Deleted = 2;

        private readonly List<string> _keys = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<short> _stored = statement.Array<short>(NpgsqlDbType.Smallint);
        private readonly List<string?> _expected = statement.Array<string?>(NpgsqlDbType.Text);
        private readonly List<int> _domains = statement.Array<int>(NpgsqlDbType.Integer);
        private readonly List<long> _added = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<long> _changes = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<short> _kinds = statement.Array<short>(NpgsqlDbType.Smallint);
        private readonly List<bool> _deleted = statement.Array<bool>(NpgsqlDbType.Boolean);
        private readonly List<long?> _due = statement.Array<long?>(NpgsqlDbType.Bigint);
        private readonly List<string?> _etags = statement.Array<string?>(NpgsqlDbType.Text);
        private readonly List<byte[]> _bodies = statement.Array<byte[]>(NpgsqlDbType.Bytea);

        /// <summary>Those that keep the place that they have.</summary>
        public List<JobWrite> Updated { get; } = [];

        public void Add(JobWrite write, int domainId)
        {
            var stored = write.Stored.Id == 0 ? Nothing : write.IsAddition ? Deleted : Present;
            if (stored == Present)
            {
                Updated.Add(write);
            }

            _keys.Add(write.Key);
            _stored.Add(stored);
            _expected.Add(write.ExpectedETag);
            _domains.Add(domainId);
            _added.Add(write.Added);
            _changes.Add(write.Change);
            _kinds.Add(PostgresStatements.KindOf(write));
            _deleted.Add(write.IsDeleted);
            _due.Add(write.DueAtTicks);
            _etags.Add(write.Body is null ? null : write.NewETag);
            _bodies.Add(write.Body ?? []);
        }
    }

    private sealed class Counters(PostgresStatement statement)
    {
        private readonly List<int> _ids = statement.Array<int>(NpgsqlDbType.Integer);
        private readonly Numbers _before = new(statement);
        private readonly Numbers _after = new(statement);

        public void Add(DomainNumbers before, DomainNumbers after)
        {
            _ids.Add((int)after.Id);
            _before.Add(before);
            _after.Add(after);
        }
    }

    private sealed class Numbers(PostgresStatement statement)
    {
        private readonly List<long> _changes = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<long> _added = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<long> _events = statement.Array<long>(NpgsqlDbType.Bigint);

        public void Add(DomainNumbers numbers)
        {
            _changes.Add(numbers.NewestChange);
            _added.Add(numbers.NewestAdded);
            _events.Add(numbers.NewestEvent);
        }
    }

    private sealed class Events(PostgresStatement statement)
    {
        private readonly List<int> _domains = statement.Array<int>(NpgsqlDbType.Integer);
        private readonly List<long> _numbers = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<long> _at = statement.Array<long>(NpgsqlDbType.Bigint);
        private readonly List<string?> _jobs = statement.Array<string?>(NpgsqlDbType.Text);
        private readonly List<string?> _uids = statement.Array<string?>(NpgsqlDbType.Text);
        private readonly List<string> _kinds = statement.Array<string>(NpgsqlDbType.Text);
        private readonly List<ReadOnlyMemory<byte>> _bodies = statement.Array<ReadOnlyMemory<byte>>(NpgsqlDbType.Bytea);

        public void Add(NewEvent happened, int domainId, long number)
        {
            _domains.Add(domainId);
            _numbers.Add(number);
            _at.Add(happened.At.UtcTicks);
            _jobs.Add(happened.JobName);
            _uids.Add(happened.Uid);
            _kinds.Add(happened.Kind);
            _bodies.Add(happened.Body);
        }
    }
}
