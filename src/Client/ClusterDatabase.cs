using System.ComponentModel.DataAnnotations;
using Npgsql;
using Sluice.Storage.Postgres;

namespace Sluice.Client;

/// <summary>The PostgreSQL database through which the members of a cluster find each other.</summary>
public sealed class ClusterDatabase : IDisposable
{
    /// <summary>What the providers of Orleans call PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Where the tables of the membership are, beside those of the store.</summary>
    public const string Schema = "sluice";

    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 5;
    private const int MaxConnections = 8;
    private const int KeepAliveSeconds = 5;
    private const int KeepAliveInterval = 2;
    private const int KeepAliveCount = 3;

    private readonly NpgsqlDataSource _alone;

    private ClusterDatabase(NpgsqlConnectionStringBuilder settings)
    {
        Source = NpgsqlDataSource.Create(settings);
        settings.Pooling = false;
        _alone = NpgsqlDataSource.Create(settings);
    }

    /// <summary>Its connections; at most 8.</summary>
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
        // One of several hosts is the primary at a time.
        var settings = PostgresAddress.Parse(url).ToSettings();
        if (passwordFile is not null)
        {
            settings.Password = File.ReadLines(passwordFile).FirstOrDefault();
        }

        settings.ApplicationName = "sluice cluster";
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = CommandSeconds;
        settings.MaxPoolSize = MaxConnections;
        settings.SearchPath = Schema;
        // Both ends find out that the other's machine is gone, within about ten seconds.
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = KeepAliveSeconds;
        settings.TcpKeepAliveInterval = KeepAliveInterval;
        settings.Options = $"-c tcp_keepalives_idle={KeepAliveSeconds} -c tcp_keepalives_interval={KeepAliveInterval} "
            + $"-c tcp_keepalives_count={KeepAliveCount}";
        return new(settings);
    }

    /// <summary>
    /// Checks an address that a process is given as a setting, which others on its machine can see: it must not carry a
    /// password.
    /// </summary>
    /// <param name="url">As for <see cref="Open"/>; null: there is none, which is right.</param>
    /// <param name="setting">Names it in the message, such as <c>Silo:Database</c>.</param>
    /// <returns>Null: it is right.</returns>
    public static ValidationResult? CheckSetting(string? url, string setting)
    {
        try
        {
            return url is not null && PostgresAddress.Parse(url).HasPassword
                ? new(
                    $"{setting} must not carry a password, which everybody on the machine can see: use PGPASSWORD, "
                    + $"PGPASSFILE or {setting}PasswordFile")
                : null;
        }
        catch (FormatException problem)
        {
            return new($"{setting}: {problem.Message}");
        }
    }

    /// <summary>Opens a connection outside of the pool, for what ends with it, such as a lock.</summary>
    public async Task<NpgsqlConnection> OpenAloneAsync(CancellationToken cancellationToken) =>
        await _alone.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        _alone.Dispose();
    }
}
