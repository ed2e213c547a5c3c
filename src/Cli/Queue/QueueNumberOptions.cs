using System.CommandLine;
using System.Text;

namespace Sluice.Cli.Queue;

/// <summary>Which list a command is about: <c>--jobix-file</c>, <c>--jobix</c>, or the environment.</summary>
internal sealed class QueueNumberOptions(CliEnvironment environment)
{
    public const string Variable = "SLUICE_JOBIX";

    private const int MaxFileBytes = 4096;

    public Option<string?> File { get; } = new("--jobix-file")
    {
        Description = "File with the list's secret number",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string?> Number { get; } = new("--jobix")
    {
        Description = $"The list's secret number ({Variable}); on the command line others of this machine can see it",
        HelpName = "N",
        Recursive = true,
    };

    /// <summary>The number that was given.</summary>
    /// <exception cref="CliFailure">None was, or it is none.</exception>
    public QueueNumber Read(ParseResult parsed) => Find(parsed) ?? throw CliFailure.Usage(
        parsed.GetValue(File) is { } path
            ? $"{path}: there is no such file"
            : $"which list? give --jobix-file FILE or set {Variable}");

    /// <summary>The number that was given, or a new one; a file that was named gets it, for its owner alone.</summary>
    public QueueNumber ReadOrMake(ParseResult parsed)
    {
        if (Find(parsed) is { } given)
        {
            return given;
        }

        var made = QueueNumber.Make();
        if (parsed.GetValue(File) is { } path)
        {
            Write(path, made.Text);
            return made with { File = path };
        }

        return made;
    }

    private QueueNumber? Find(ParseResult parsed)
    {
        var (file, number) = (parsed.GetValue(File), parsed.GetValue(Number));
        return (file, number) switch
        {
            ({ }, { }) => throw CliFailure.Usage("--jobix and --jobix-file exclude each other"),
            ({ } path, null) => ReadFile(path) is { } text ? QueueNumber.Read(text, path, path) : null,
            (null, { } text) => QueueNumber.Read(text, Number.Name),
            _ => environment.Set(Variable) is { } text ? QueueNumber.Read(text, Variable) : null,
        };
    }

    private static string? ReadFile(string path)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(path);
            var bytes = new byte[MaxFileBytes];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, count);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Refused($"{path} cannot be read: {exception.Message}");
        }
    }

    private static void Write(string path, string text)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var stream = new FileStream(path, options);
            stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Refused($"{path} cannot be written: {exception.Message}");
        }
    }
}
