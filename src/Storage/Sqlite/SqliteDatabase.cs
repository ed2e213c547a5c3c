using SQLitePCL;

namespace Sluice.Storage.Sqlite;

/// <summary>
/// One connection to the file, straight on the native library: binding and stepping through ADO.NET costs more than the
/// rows of a batch themselves.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    // SQLITE_DBSTATUS_CACHE_WRITE
    private const int CacheWriteStatus = 9;

    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    public SqliteDatabase(string path)
    {
        Path = path;
        // A connection has one user at a time, so the library need not lock it.
        var code = raw.sqlite3_open_v2(
            path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Check(code);
            Check(raw.sqlite3_extended_result_codes(_handle, 1));
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>A statement that is kept and reset after each use.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements that answer nothing of interest.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>Runs a statement once and returns the first column of its first row.</summary>
    public long ExecuteInt64(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.GetInt64(0) : 0;
    }

    /// <summary>As <see cref="ExecuteInt64"/>, of a text; empty: there is no row.</summary>
    public string ExecuteText(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.GetString(0) : "";
    }

    /// <summary>Pages that this connection wrote to the log since the last call.</summary>
    public int TakeWrittenPages()
    {
        Check(raw.sqlite3_db_status(_handle, CacheWriteStatus, out var pages, out _, 1));
        return pages;
    }

    /// <summary>Copies what it can from the log into the database without keeping anyone waiting.</summary>
    public void Checkpoint() =>
        Check(raw.sqlite3_wal_checkpoint_v2(_handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));

    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return;
        }

        throw SqliteErrors.ToException(code, Path, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _handle.Dispose();
    }
}
