using System.Globalization;
using Npgsql;

namespace Sluice.Storage.Postgres;

/// <summary>Where a database is and who asks, as a URL says it.</summary>
public sealed class PostgresAddress
{
    private const int DefaultPort = 5432;
    private const int MaxHosts = 16;

    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgresAddress(NpgsqlConnectionStringBuilder settings, string description)
    {
        _settings = settings;
        Description = description;
    }

    /// <summary>Names the database in messages: hosts, ports and name, and nobody's name or password.</summary>
    public string Description { get; }

    /// <summary>True: the URL itself carries the password.</summary>
    public bool HasPassword => _settings.Password is { Length: > 0 };

    /// <exception cref="FormatException">Says which part is wrong; shows no password.</exception>
    public static PostgresAddress Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || url[..scheme] is not ("postgres" or "postgresql"))
        {
            throw new FormatException("it must begin with postgres://, such as postgres://user@host:5432/database");
        }

        var (authority, path, query) = Split(url[(scheme + 3)..]);
        var settings = new NpgsqlConnectionStringBuilder();
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            SetUser(settings, authority[..at]);
        }

        var hosts = authority[(at + 1)..].Split(',').Select(ParseHost).ToArray();
        if (hosts.Length > MaxHosts)
        {
            throw new FormatException($"it names {hosts.Length} hosts; {MaxHosts} is the most");
        }

        settings.Host = string.Join(',', hosts.Select(host => $"{host.Name}:{host.Port}"));
        if (hosts.Length > 1)
        {
            settings.TargetSessionAttributes = "primary";
        }

        settings.Database = Unescape(path, "database");
        if (settings.Database is not { Length: > 0 })
        {
            throw new FormatException("the database is missing: it must be such as postgres://user@host:5432/database");
        }

        foreach (var (name, value) in ParseQuery(query))
        {
            SetParameter(settings, name, value);
        }

        return new(settings, $"postgres://{settings.Host}/{settings.Database}");
    }

    /// <summary>A copy of its own for each caller.</summary>
    internal NpgsqlConnectionStringBuilder ToSettings() => new(_settings.ConnectionString);

    private static (string Authority, string Path, string Query) Split(string rest)
    {
        // Part of a password may be after it, which no message may show.
        var end = rest.AsSpan().IndexOfAny('/', '?');
        if (end >= 0 && rest.IndexOf('@', end) >= 0)
        {
            throw new FormatException(
                "there is an @ after a / or ?: in a user or password write %2F for /, %3F for ? and %40 for @, and %40 "
                + "also in what follows the hosts");
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "", query) : (rest[..slash], rest[(slash + 1)..], query);
    }

    private static void SetUser(NpgsqlConnectionStringBuilder settings, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        settings.Username = Unescape(colon < 0 ? text : text[..colon], "user");
        if (settings.Username is not { Length: > 0 })
        {
            throw new FormatException("the user before @ is empty");
        }

        if (colon >= 0)
        {
            settings.Password = Unescape(text[(colon + 1)..], "password");
        }
    }

    private static (string Name, int Port) ParseHost(string text)
    {
        // Of [::1]:5432 the last colon is the port's, of [::1] it is not.
        var colon = text.LastIndexOf(':');
        if (colon < text.IndexOf(']', StringComparison.Ordinal))
        {
            colon = -1;
        }

        var name = colon < 0 ? text : text[..colon];
        if (name.Trim('[', ']').Length == 0 || name.Any(char.IsWhiteSpace))
        {
            throw new FormatException(name.Length == 0 ? "a host is missing" : "a host has a space in it");
        }

        if (colon < 0)
        {
            return (name, DefaultPort);
        }

        // Not shown: where the host was forgotten, it is a password.
        return int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= 65535
                ? (name, port)
                : throw new FormatException("the port of a host must be a number from 1 to 65535");
    }

    private static IEnumerable<(string Name, string Value)> ParseQuery(string query)
    {
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? throw new FormatException($"the parameter '{part}' has no value")
                : (part[..equals], Unescape(part[(equals + 1)..], part[..equals]));
        }
    }

    private static void SetParameter(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                settings.SslMode = value switch
                {
                    "disable" => SslMode.Disable,
                    "allow" => SslMode.Allow,
                    "prefer" => SslMode.Prefer,
                    "require" => SslMode.Require,
                    "verify-ca" => SslMode.VerifyCA,
                    "verify-full" => SslMode.VerifyFull,
                    _ => throw new FormatException(
                        "sslmode must be disable, allow, prefer, require, verify-ca or verify-full, "
                        + $"not '{value}'"),
                };
                break;
            case "sslrootcert":
                settings.RootCertificate = value;
                break;
            default:
                throw new FormatException($"the parameter '{name}' is not known; sslmode and sslrootcert are");
        }
    }

    private static string Unescape(string text, string part)
    {
        var unescaped = Uri.UnescapeDataString(text);
        return unescaped.Any(char.IsControl)
            ? throw new FormatException($"the {part} has control characters")
            : unescaped;
    }
}
