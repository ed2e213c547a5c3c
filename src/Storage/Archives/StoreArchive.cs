using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Storage.Postgres;
using Sluice.Storage.Sqlite;

namespace Sluice.Storage.Archives;

/// <summary>
/// Takes everything that a store holds into one file, while it is in use, and puts such a file into an empty store of any
/// dialect: numbers, etags, wake-ups, events and markers are the same afterwards, and ledgers leave some generations out
/// (<see cref="RestoredLedgers"/>).
/// </summary>
public sealed class StoreArchive
{
    private readonly IStoreArchive _database;
    private readonly TimeProvider _timeProvider;

    private StoreArchive(IStoreArchive database, TimeProvider timeProvider)
    {
        _database = database;
        _timeProvider = timeProvider;
    }

    /// <summary>The store on SQLite in a data folder.</summary>
    public static StoreArchive OfFolder(string dataDirectory, TimeProvider? timeProvider = null) =>
        new(new SqliteArchive(Path.GetFullPath(dataDirectory)), timeProvider ?? TimeProvider.System);

    /// <summary>The store in a PostgreSQL database.</summary>
    public static StoreArchive OfDatabase(PostgresOptions options, TimeProvider? timeProvider = null) =>
        new(new PostgresArchive(options, NullLogger.Instance), timeProvider ?? TimeProvider.System);

    /// <summary>Writes the file whole, or not at all.</summary>
    /// <returns>How many rows it holds.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public long Export(string path)
    {
        if (File.Exists(path))
        {
            throw new IOException($"{path} is there already");
        }

        var unfinished = path + ".unfinished";
        try
        {
            long rows;
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                using (var writer = new ArchiveWriter(file, _timeProvider.GetUtcNow()))
                {
                    _database.Export(writer.Write);
                    writer.End();
                    rows = writer.Rows;
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
            return rows;
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Puts all that the file holds into the store, or nothing.</summary>
    /// <returns>How many rows it held.</returns>
    /// <exception cref="StoreException">The store is not empty, is in use, or cannot be written.</exception>
    /// <exception cref="InvalidDataException">The file is no whole archive.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public long Import(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new ArchiveReader(file);
        var rows = 0L;
        _database.Import(RestoredLedgers.Raise(reader.ReadAll().Select(row =>
        {
            rows++;
            return row;
        })));
        return rows;
    }
}
