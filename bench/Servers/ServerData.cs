using Npgsql;

namespace Sluice.Bench.Servers;

/// <summary>
/// Where a server keeps its state: a fresh folder, and, beside it, a fresh database where one is given. Both go away with
/// it.
/// </summary>
internal sealed class ServerData : IDisposable
{
    private readonly Uri? _server;
    private readonly string _database = $"sluice_bench_{Guid.NewGuid():N}";

    public ServerData(DataPlace place)
    {
        Folder = Path.Combine(place.ParentFolder, $"sluice-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
        if (place.Database is { } url)
        {
            _server = new Uri(url);
            Execute($"CREATE DATABASE {_database} TEMPLATE template0 ENCODING 'UTF8'");
        }
    }

    public string Folder { get; }

    /// <summary>The URL of the fresh database; null: none was asked for.</summary>
    public string? Database => _server is null ? null : new UriBuilder(_server) { Path = _database }.Uri.ToString();

    /// <summary>What <c>sluice server</c> is told of it.</summary>
    public IReadOnlyList<string> Arguments =>
        Database is { } database ? ["--data", Folder, "--database", database] : ["--data", Folder];

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        if (_server is not null)
        {
            Execute($"DROP DATABASE {_database} WITH (FORCE)");
        }
    }

    private void Execute(string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = _server!.Host,
            Port = _server.Port,
            Username = Uri.UnescapeDataString(_server.UserInfo),
            Database = _server.AbsolutePath.Trim('/'),
            Pooling = false,
        };
        using var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

/// <summary>Where state is to be measured.</summary>
/// <param name="ParentFolder">Of data folders.</param>
/// <param name="Database">
/// A PostgreSQL database as <c>postgres://user@host:port/name</c>, beside which others are made; null: SQLite.
/// </param>
internal sealed record DataPlace(string ParentFolder, string? Database)
{
    /// <exception cref="BenchFailure">The database is not given as it must be.</exception>
    public static DataPlace Parse(string? folder, string? database)
    {
        if (database is not null && (!Uri.TryCreate(database, UriKind.Absolute, out var url) || url.Port < 1
            || url.Scheme != "postgres" || url.UserInfo.Length == 0))
        {
            throw new BenchFailure($"--database must be such as postgres://user@host:5432/postgres, not '{database}'");
        }

        return new(Path.GetFullPath(folder ?? Path.GetTempPath()), database);
    }
}
