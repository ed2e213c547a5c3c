using System.Text;

namespace Sluice.Cli.Jobs;

/// <summary>Reads the manifest that a command names.</summary>
internal static class ManifestFile
{
    /// <summary>The gateway's limit of a body.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="path">A file, or <c>-</c> for standard input.</param>
    /// <param name="environment">Where standard input is.</param>
    /// <param name="cancellationToken">Ends the wait for standard input.</param>
    public static async Task<string> ReadAsync(
        string path, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var name = path == "-" ? "standard input" : path;
        try
        {
            if (Directory.Exists(path))
            {
                throw CliFailure.Refused($"{path} is a directory, not a manifest");
            }

            await using var stream = path == "-" ? environment.OpenInput() : File.OpenRead(path);
            return Decode(await ReadAtMostAsync(stream, name, cancellationToken));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliFailure.Refused($"{path}: there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw CliFailure.Refused($"{path} cannot be read: permission denied");
        }
        catch (DecoderFallbackException)
        {
            throw CliFailure.Refused($"{name} is not UTF-8 text");
        }
        catch (IOException exception)
        {
            throw CliFailure.Refused($"{name} cannot be read: {exception.Message}");
        }
    }

    private static async Task<MemoryStream> ReadAtMostAsync(
        Stream stream, string name, CancellationToken cancellationToken)
    {
        var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            read.Write(buffer, 0, count);
            if (read.Length > MaxBytes)
            {
                throw CliFailure.Refused($"{name} is larger than 1 MiB, the most a manifest may have");
            }
        }

        return read;
    }

    private static string Decode(MemoryStream bytes) =>
        Strict.GetString(bytes.GetBuffer(), 0, (int)bytes.Length).TrimStart('\uFEFF');
}
