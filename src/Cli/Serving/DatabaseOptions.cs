using System.CommandLine;
using Sluice.Storage.Postgres;

namespace Sluice.Cli.Serving;

/// <summary>Which PostgreSQL database a command works with. Its password is never an argument, which others can see.</summary>
internal sealed class DatabaseOptions(string description)
{
    public Option<string?> Url { get; } = new("--database")
    {
        Description = $"{description} (password: PGPASSWORD, PGPASSFILE or --database-password-file)",
        HelpName = "postgres://USER@HOST:PORT/DB",
    };

    public Option<string?> PasswordFile { get; } = new("--database-password-file")
    {
        Description = "File whose first line is the password of --database",
        HelpName = "FILE",
    };

    /// <summary>What was given; null: nothing.</summary>
    public Database? Read(ParseResult parsed)
    {
        var (url, passwordFile) = (parsed.GetValue(Url), parsed.GetValue(PasswordFile));
        return (url, passwordFile) switch
        {
            (null, null) => null,
            (null, _) => throw CliFailure.Usage("--database-password-file goes with --database, which is missing"),
            _ => Database.Check(url, passwordFile),
        };
    }
}

/// <summary>A database as it was given, and found to be right as far as can be seen.</summary>
internal sealed record Database(string Url, string? PasswordFile)
{
    public static Database Check(string url, string? passwordFile)
    {
        PostgresAddress address;
        try
        {
            address = PostgresAddress.Parse(url);
        }
        catch (FormatException problem)
        {
            throw CliFailure.Usage($"--database: {problem.Message}");
        }

        if (address.HasPassword)
        {
            throw CliFailure.Usage(
                "--database must not carry a password, which everybody on the machine can see: use PGPASSWORD, PGPASSFILE "
                + "or --database-password-file");
        }

        return new(url, passwordFile is null ? null : ReadableFile.Check("--database-password-file", passwordFile));
    }
}
