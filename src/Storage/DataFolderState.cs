using Sluice.Storage.Sqlite;

namespace Sluice.Storage;

/// <summary>What is wrong with a data folder, found without serving from it.</summary>
/// <param name="DatabaseBytes">Of the database without its log; 0: there is none yet.</param>
/// <param name="SchemaVersion">Of the database; 0: there is none, or a server has the folder.</param>
/// <param name="IsInUse">True: a server has the folder, and the database was not read.</param>
/// <param name="Fault">What was found to be damaged; null: nothing.</param>
public sealed record DataFolderState(long DatabaseBytes, int SchemaVersion, bool IsInUse, string? Fault)
{
    /// <summary>
    /// Looks at a folder that exists. Where no server has it, every page of the database is read, which takes about a
    /// second a gigabyte; a server that starts meanwhile finds it taken. Nothing is made that a server with another user
    /// could not open afterwards.
    /// </summary>
    /// <exception cref="StoreException">The folder or the database cannot be read; says why and names it.</exception>
    public static DataFolderState Inspect(string directory)
    {
        var path = Path.Combine(Path.GetFullPath(directory), SqliteDialect.FileName);
        var bytes = File.Exists(path) ? new FileInfo(path).Length : 0;
        try
        {
            using var folder = DataFolderLock.TryAcquireForReading(Path.GetFullPath(directory));
            if (bytes == 0)
            {
                return new(0, 0, IsInUse: false, null);
            }

            using var database = new SqliteDatabase(path);
            var version = SqliteSchema.CheckVersion(database);
            var said = database.ExecuteText("PRAGMA quick_check(1)");
            return new(bytes, version, IsInUse: false, said == "ok" ? null : said);
        }
        catch (StoreException taken) when (taken.Reason is StoreFailure.Locked)
        {
            return new(bytes, 0, IsInUse: true, null);
        }
    }
}
