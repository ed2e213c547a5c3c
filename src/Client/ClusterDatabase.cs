using Npgsql;

namespace Sluice.Client;

/// <summary>The PostgreSQL database through which the members of a cluster find each other.</summary>
public sealed class ClusterDatabase : IDisposable
{
    /// <summary>What the providers of Orleans call PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    private const int ConnectSeconds = 2;
    private const int CommandSeconds = 3;
    private const int MaxConnections = 8;

    private ClusterDatabase(NpgsqlDataSource source) => Source = source;

    /// <summary>Its connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Opens a pool of few connections with short timeouts: who asks for members asks again soon.</summary>
    /// <param name="url">
    /// <c>postgres://user:password@host:5432/database?ssl mode=require</c>, with any further keyword of a connection
    /// string of Npgsql as a query parameter; or such a connection string itself. What it leaves out is taken from
    /// <c>PGPASSWORD</c>, <c>PGPASSFILE</c>, <c>PGUSER</c> and their like.
    /// </param>
    /// <exception cref="FormatException">It is no such URL; the message never has the password.</exception>
    public static ClusterDatabase Open(string url)
    {
        var settings = Read(url);
        settings.ApplicationName ??= "sluice cluster";
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = CommandSeconds;
        settings.MaxPoolSize = MaxConnections;
        return new(NpgsqlDataSource.Create(settings));
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        try
        {
            return text.Contains("://", StringComparison.Ordinal) ? ReadUrl(new(text)) : new(text);
        }
        catch (Exception failure) when (failure is UriFormatException or ArgumentException or FormatException)
        {
            throw new FormatException("the database must be named as postgres://user:password@host:port/database");
        }
    }

    private static NpgsqlConnectionStringBuilder ReadUrl(Uri url)
    {
        if (url.Scheme is not ("postgres" or "postgresql") || url.AbsolutePath.Length < 2)
        {
            throw new FormatException();
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : NpgsqlConnection.DefaultPort,
            Database = Uri.UnescapeDataString(url.AbsolutePath[1..]),
        };
        var (user, password) = (Part(url.UserInfo, ':', 0), Part(url.UserInfo, ':', 1));
        if (user is not null) settings.Username = user;
        if (password is not null) settings.Password = password;
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            settings[Part(pair, '=', 0)!] = Part(pair, '=', 1) ?? throw new FormatException();
        }

        return settings;
    }

    private static string? Part(string text, char separator, int index)
    {
        var parts = text.Split(separator, 2);
        return parts.Length > index && parts[index].Length > 0 ? Uri.UnescapeDataString(parts[index]) : null;
    }
}
