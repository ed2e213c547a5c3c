using System.Collections.Immutable;
using Npgsql;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// A batch takes two round trips: one begins, locks and reads the guards and the counters of the domains; one writes all
/// rows and commits. Between them nothing is asked: numbers are taken in memory, from counters that are locked.
/// Where the store has the database alone, and knows the counters from before, the first is left out: the rows are
/// written as if each writer's etag were the one that is stored, and what is written checks that it is.
/// </summary>
internal sealed class PostgresWriteSession : IWriteSession
{
    private readonly NpgsqlConnection _connection;
    private readonly PostgresDialect _dialect;
    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlBatchCommand _begin = new("BEGIN");
    private readonly NpgsqlBatchCommand _commit = new("COMMIT");
    private readonly PostgresGuards _guards = new();
    private readonly PostgresRows _rows = new();
    private readonly PostgresKnown _known = new();
    private readonly Dictionary<string, DomainNumbers> _before = [];
    private OwnerIds _ownerIds;
    private bool _mustBegin;
    private bool _mayBeOpen;
    private bool _isWarned;

    public PostgresWriteSession(NpgsqlConnection connection, PostgresDialect dialect)
    {
        _connection = connection;
        _dialect = dialect;
        _batch = connection.CreateBatch();
        connection.Notice += (_, told) => _isWarned |= told.Notice.InvariantSeverity == "WARNING";
    }

    /// <summary>With the first statement, in one round trip.</summary>
    public void Begin() => _mustBegin = true;

    public void ReadGuards(IReadOnlyList<StoreWrite> writes) => Run(() =>
    {
        if (_dialect.IsShared)
        {
            _known.Clear();
        }
        else if (_known.TryAssume(writes))
        {
            // All goes out at once, and what goes out at once is a transaction.
            _mustBegin = false;
            return;
        }

        _guards.Ask(writes);
        using var reader = Execute(_guards.Commands);
        _guards.Read(reader, writes, _known.Add);
    });

    public DomainNumbers TakeNumbers(string domain, int changeCount, int additionCount)
    {
        ref var numbers = ref Counters(domain);
        numbers = numbers with
        {
            NewestChange = numbers.NewestChange + changeCount,
            NewestAdded = numbers.NewestAdded + additionCount,
        };
        return numbers;
    }

    public EventNumbers TakeEventNumbers(string domain, int count)
    {
        ref var numbers = ref Counters(domain);
        numbers = numbers with { NewestEvent = numbers.NewestEvent + count };
        return new(numbers.Id, numbers.NewestEvent);
    }

    public void WriteJob(JobWrite write, long domainId) => _rows.Add(write, domainId);

    public void WriteRecord(RecordWrite write) => _rows.Add(write);

    public void WriteRows(RowsWrite write)
    {
        var ownerId = write.Stored.Id != 0 ? write.Stored.Id : TakeOwnerId();
        _known.AddOwner(write.Key, ownerId);
        _rows.Add(write, ownerId);
    }

    public void WriteEvent(NewEvent happened, long domainId, long number) => _rows.Add(happened, domainId, number);

    public int PurgeMarkers(string domain, long throughChange, int max) =>
        Purge(PostgresStatements.PurgeMarkers, domain, throughChange, max);

    public int PurgeEvents(string domain, long throughNumber, int max) =>
        Purge(PostgresStatements.PurgeEvents, domain, throughNumber, max);

    public void Commit() => Run(() =>
    {
        foreach (var (domain, before) in _before)
        {
            _rows.Add(before, _known.Numbers(domain));
        }

        CommitWith([.. _rows.Commands, .. End, .. _dialect.IsShared ? _rows.Hints : []]);
    });

    /// <summary>
    /// A transaction that has written waits at its end for standbys, and so for all that was committed before it. A
    /// message of the log is the smallest write, and locks nothing.
    /// </summary>
    public void Confirm() => Run(() => CommitWith([new(PostgresStatements.WriteMessage), .. End]));

    public void Rollback()
    {
        Forget();
        _known.Clear();
        _mustBegin = false;
        if (!_mayBeOpen)
        {
            return;
        }

        Run(() =>
        {
            using var rollback = new NpgsqlCommand("ROLLBACK", _connection);
            rollback.ExecuteNonQuery();
            _mayBeOpen = false;
        });
    }

    public ImmutableArray<DomainNumbers> ReadDomains()
    {
        var domains = ImmutableArray.CreateBuilder<DomainNumbers>();
        Run(() =>
        {
            using var command = new NpgsqlCommand(PostgresStatements.ReadDomains, _connection);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                domains.Add(PostgresGuards.ReadNumbers(reader));
            }
        });
        return domains.ToImmutable();
    }

    public void Ping() => Run(() =>
    {
        using var command = new NpgsqlCommand("SELECT 1", _connection);
        command.ExecuteNonQuery();
    });

    /// <summary>A setting of the session, for tests.</summary>
    internal string Show(string setting)
    {
        using var command = new NpgsqlCommand($"SHOW {setting}", _connection);
        return (string)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        _batch.Dispose();
        _connection.Dispose();
    }

    /// <summary>What goes out at once, without a begin, ends by itself.</summary>
    private IEnumerable<NpgsqlBatchCommand> End => _mayBeOpen ? [_commit] : [];

    private void CommitWith(IEnumerable<NpgsqlBatchCommand> commands)
    {
        _isWarned = false;
        using (var reader = Execute(commands))
        {
            _rows.Read(reader);
        }

        _mayBeOpen = false;
        Forget();
        if (_isWarned)
        {
            // The server says so, and no more, where the wait for a standby was canceled: it is committed here alone.
            throw new StoreException(
                StoreFailure.Unavailable, $"a commit to {_dialect.Description} may not have reached its standby");
        }
    }

    private ref DomainNumbers Counters(string domain)
    {
        if (!_known.Has(domain))
        {
            _known.Add(AddDomain(domain));
        }

        ref var numbers = ref _known.Numbers(domain);
        _before.TryAdd(domain, numbers);
        return ref numbers;
    }

    /// <summary>Once in a domain's life.</summary>
    private DomainNumbers AddDomain(string domain)
    {
        DomainNumbers added = default;
        Run(() =>
        {
            using var command = new NpgsqlCommand(PostgresStatements.AddDomain, _connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = domain } },
            };
            using var reader = command.ExecuteReader();
            reader.Read();
            added = PostgresGuards.ReadNumbers(reader);
        });
        return added;
    }

    private long TakeOwnerId()
    {
        if (_ownerIds.Left == 0)
        {
            Run(() =>
            {
                using var command = new NpgsqlCommand(PostgresStatements.TakeOwnerIds, _connection);
                _ownerIds = new((long)command.ExecuteScalar()!, PostgresSchema.OwnerIdStep);
            });
        }

        var id = _ownerIds.Next;
        _ownerIds = new(id + 1, _ownerIds.Left - 1);
        return id;
    }

    private int Purge(string sql, string domain, long through, int max)
    {
        var count = 0;
        Run(() =>
        {
            var command = new NpgsqlBatchCommand(sql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = domain },
                    new NpgsqlParameter<long> { TypedValue = through },
                    new NpgsqlParameter<int> { TypedValue = max },
                },
            };
            using var reader = Execute([command]);
            reader.Read();
            count = (int)reader.GetInt64(0);
        });
        return count;
    }

    private NpgsqlDataReader Execute(IEnumerable<NpgsqlBatchCommand> commands)
    {
        _batch.BatchCommands.Clear();
        if (_mustBegin)
        {
            _batch.BatchCommands.Add(_begin);
            _mustBegin = false;
            _mayBeOpen = true;
        }

        foreach (var command in commands)
        {
            _batch.BatchCommands.Add(command);
        }

        return _batch.ExecuteReader();
    }

    private void Run(Action run) => _dialect.Explain(() =>
    {
        run();
        return true;
    });

    private void Forget()
    {
        _rows.Clear();
        _before.Clear();
    }

    private readonly record struct OwnerIds(long Next, int Left);
}
