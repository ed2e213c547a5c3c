using System.Security.Cryptography;

namespace Sluice.Hosting;

/// <summary>
/// The token with which jobs of this server report. It is kept in the data folder, because jobs outlive the server and
/// go on reporting to the next one.
/// </summary>
internal static class ReportToken
{
    private const string FileName = "report-token";
    private const int RandomBytes = 32;

    /// <summary>Reads the folder's token; made where there is none.</summary>
    public static string ReadOrMake(string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);
        var path = Path.Combine(dataDirectory, FileName);
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
        var fresh = $"{path}.new";
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(token));
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        return token;
    }
}
