namespace Sluice.Cli.Serving;

/// <summary>A file that a command is to read.</summary>
internal static class ReadableFile
{
    /// <returns>Its full path.</returns>
    /// <exception cref="CliFailure">It cannot be read; names the option and says why.</exception>
    public static string Check(string option, string path)
    {
        var file = Path.GetFullPath(path);
        try
        {
            using var readable = File.OpenRead(file);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(file) ? "it is a directory"
                : exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : "permission denied";
            throw CliFailure.Refused($"{option} {file} cannot be read: {why}");
        }
    }
}
