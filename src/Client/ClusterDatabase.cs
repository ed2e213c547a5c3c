using Npgsql;
using Sluice.Storage.Postgres;

namespace Sluice.Client;

/// <summary>The PostgreSQL database through which the members of a cluster find each other.</summary>
public sealed class ClusterDatabase : IDisposable
{
    /// <summary>What the providers of Orleans call PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 5;
    private const int MaxConnections = 8;

    private ClusterDatabase(NpgsqlDataSource source) => Source = source;

    /// <summary>Its connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Opens a pool of few connections with short timeouts: who asks for members asks again soon.</summary>
    /// <param name="url">
    /// <c>postgres://user@host:port/database</c>, with <c>?sslmode=</c> and <c>&amp;sslrootcert=</c> where needed.
    /// </param>
    /// <param name="passwordFile">File whose first line is the password; null: the URL or the environment has
    /// it.</param>
    /// <exception cref="FormatException">The URL is wrong; says where, and shows no password.</exception>
    public static ClusterDatabase Open(string url, string? passwordFile = null)
    {
        var settings = PostgresAddress.Parse(url).ToSettings();
        if (passwordFile is not null)
        {
            settings.Password = File.ReadLines(passwordFile).FirstOrDefault();
        }

        settings.ApplicationName = "sluice cluster";
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = CommandSeconds;
        settings.MaxPoolSize = MaxConnections;
        // One of several hosts is the primary at a time.
        return new(new NpgsqlDataSourceBuilder(settings.ConnectionString).Build());
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
