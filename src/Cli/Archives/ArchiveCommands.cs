using System.CommandLine;
using Sluice.Cli.Serving;
using Sluice.Storage;
using Sluice.Storage.Archives;

namespace Sluice.Cli.Archives;

/// <summary><c>sluice export</c> and <c>sluice import</c>.</summary>
internal static class ArchiveCommands
{
    public static Command CreateExport(CliEnvironment environment)
    {
        var place = new ArchivePlace(environment, "Of this PostgreSQL database");
        var output = new Option<string>("--output", "-o")
        {
            Description = "File to write, which must not be there yet",
            HelpName = "FILE",
            Required = true,
        };
        var command = new Command(
            "export", "Write all state into a file, as it is at one moment; the server may run")
        {
            place.Data, place.Database.Url, place.Database.PasswordFile, output,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            var rows = Run(() => place.Open(parsed).Export(Path.GetFullPath(path)));
            environment.Out.WriteLine($"{rows} rows in {path}");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateImport(CliEnvironment environment)
    {
        var place = new ArchivePlace(environment, "Into this PostgreSQL database");
        var file = new Argument<string>("file") { Description = "What sluice export has written" };
        var command = new Command(
            "import", "Put all state of such a file where there is none yet, whole or not at all; no server may run there")
        {
            file, place.Data, place.Database.Url, place.Database.PasswordFile,
        };
        command.SetAction(parsed =>
        {
            var path = ReadableFile.Check("the file", parsed.GetValue(file)!);
            long Import()
            {
                try
                {
                    return place.Open(parsed).Import(path);
                }
                catch (InvalidDataException problem)
                {
                    throw CliFailure.Refused($"{path}: {problem.Message}; nothing was imported");
                }
            }

            environment.Out.WriteLine($"{Run(Import)} rows imported");
            return ExitCode.Done;
        });
        return command;
    }

    private static long Run(Func<long> run)
    {
        try
        {
            return run();
        }
        catch (Exception problem) when (problem is StoreException or IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Refused(problem.Message);
        }
    }

    /// <summary>The store that is meant: a data folder, or a database.</summary>
    private sealed class ArchivePlace(CliEnvironment environment, string database)
    {
        // As the server hears it too.
        private const string UnsafeServerVariable = "SLUICE_Postgres__AllowsUnsafeServer";

        public Option<string?> Data { get; } = new("--data")
        {
            Description = "The server's data folder (default ./sluice-data, without --database)",
            HelpName = "DIR",
        };

        public DatabaseOptions Database { get; } = new(database);

        public StoreArchive Open(ParseResult parsed) => (parsed.GetValue(Data), Database.Read(parsed)) switch
        {
            (not null, not null) => throw CliFailure.Usage("--data and --database exclude each other"),
            (_, { } given) => StoreArchive.OfDatabase(new()
            {
                Url = given.Url,
                PasswordFile = given.PasswordFile,
                AllowsUnsafeServer = environment.Set(UnsafeServerVariable) == "true",
            }),
            var (folder, _) => StoreArchive.OfFolder(folder ?? ServerSettings.DefaultData),
        };
    }
}
