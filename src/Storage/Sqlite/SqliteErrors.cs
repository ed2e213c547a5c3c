using SQLitePCL;

namespace Sluice.Storage.Sqlite;

/// <summary>Says what a result code of SQLite means for an operator.</summary>
internal static class SqliteErrors
{
    public static StoreException ToException(int code, string path, string detail)
    {
        var reason = ToReason(code);
        return new(reason, $"{Describe(reason)}: {path} ({detail}, code {code})");
    }

    /// <summary>From a result code, extended or not.</summary>
    public static StoreFailure ToReason(int code) => (code & 0xff) switch
    {
        raw.SQLITE_FULL => StoreFailure.DiskFull,
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_CANTOPEN => StoreFailure.ReadOnly,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StoreFailure.Corrupt,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => StoreFailure.Busy,
        raw.SQLITE_TOOBIG => StoreFailure.TooLarge,
        _ => StoreFailure.InputOutput,
    };

    private static string Describe(StoreFailure reason) => reason switch
    {
        StoreFailure.DiskFull => "no space is left for the database",
        StoreFailure.ReadOnly => "the database cannot be opened for writing",
        StoreFailure.Corrupt => "the file is damaged or is no database of Sluice",
        StoreFailure.Busy => "another process uses the database",
        StoreFailure.TooLarge => "too large for the database",
        _ => "the database could not be read or written",
    };
}
