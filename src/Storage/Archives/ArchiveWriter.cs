using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Storage.Archives;

/// <summary>Writes lines of JSON, compressed with gzip; the last one tells their number and their checksum.</summary>
internal sealed class ArchiveWriter : IDisposable
{
    private static readonly ArchiveJson Json = new(new JsonSerializerOptions(ArchiveJson.Default.Options)
    {
        // Bodies are JSON in JSON: fewer escapes are easier to read, and smaller.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly GZipStream _compressed;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _rows = -1;

    public ArchiveWriter(Stream output, DateTimeOffset now)
    {
        _compressed = new(output, CompressionLevel.Fastest, leaveOpen: true);
        Write(new ArchiveHeader(ArchiveHeader.NewestVersion, now));
    }

    /// <summary>Without the first line and the last.</summary>
    public long Rows => _rows;

    public void Write(ArchiveRow row)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(row, Json.ArchiveRow);
        _hash.AppendData(line);
        _hash.AppendData("\n"u8);
        WriteLine(line);
        _rows++;
    }

    /// <summary>Nothing can be written after it.</summary>
    public void End()
    {
        var end = new ArchiveEnd(_rows, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        WriteLine(JsonSerializer.SerializeToUtf8Bytes<ArchiveRow>(end, Json.ArchiveRow));
        _compressed.Flush();
    }

    public void Dispose()
    {
        _compressed.Dispose();
        _hash.Dispose();
    }

    private void WriteLine(byte[] line)
    {
        _compressed.Write(line);
        _compressed.Write("\n"u8);
    }
}
