using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Storage.Archives;

/// <summary>Reads what <see cref="ArchiveWriter"/> wrote, and checks all of it.</summary>
internal sealed class ArchiveReader(Stream input) : IDisposable
{
    // A body may be 512 MiB, and its escapes several times that.
    private const int MaxLineChars = int.MaxValue / 2;

    private readonly StreamReader _reader = new(
        new GZipStream(input, CompressionMode.Decompress), new UTF8Encoding(false, throwOnInvalidBytes: true), false);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>
    /// All rows between the first line and the last. Whoever takes them must not keep them before the end: only there is
    /// it known that they are whole.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no archive, or not a whole one; says where.</exception>
    public IEnumerable<ArchiveRow> ReadAll()
    {
        if (Next(1) is not ArchiveHeader header)
        {
            throw new InvalidDataException("it does not begin as an export of Sluice");
        }

        if (header.Version > ArchiveHeader.NewestVersion)
        {
            throw new InvalidDataException(
                $"a newer version of Sluice wrote it: its format is {header.Version}, this version knows up to "
                + $"{ArchiveHeader.NewestVersion}");
        }

        for (var rows = 0L; ; rows++)
        {
            var row = Next(rows + 2);
            if (row is ArchiveEnd end)
            {
                CheckEnd(end, rows);
                yield break;
            }

            yield return row is ArchiveHeader
                ? throw new InvalidDataException($"line {rows + 2} is a second beginning")
                : row;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _hash.Dispose();
    }

    /// <summary>A text or a body that a line leaves out is null here, whatever its type says.</summary>
    private static bool IsWhole(ArchiveRow row) => row switch
    {
        ArchivedDomain domain => domain.Name is not null,
        ArchivedJob job => job is { Key: not null, Domain: not null, Body: not null },
        ArchivedRecord record => record is { Key: not null, State: not null, ETag: not null, Body: not null },
        ArchivedOwner owner => owner is { Key: not null, ETag: not null },
        ArchivedRow owned => owned is { Owner: not null, Collection: not null, Key: not null, Body: not null },
        ArchivedEvent happened => happened is { Domain: not null, Kind: not null, Body: not null },
        ArchiveEnd end => end.Sha256 is not null,
        _ => true,
    };

    private void CheckEnd(ArchiveEnd end, long rows)
    {
        if (end.Rows != rows)
        {
            throw new InvalidDataException($"it has {rows} rows, and its end tells of {end.Rows}");
        }

        if (end.Sha256 != Convert.ToHexStringLower(_hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its checksum is not that of its end: it was changed or damaged");
        }

        if (ReadLine() is not null)
        {
            throw new InvalidDataException("there is more after its end");
        }
    }

    private ArchiveRow Next(long number)
    {
        var line = ReadLine() ?? throw new InvalidDataException($"it ends at line {number}, before its end");
        try
        {
            var row = JsonSerializer.Deserialize(line, ArchiveJson.Default.ArchiveRow)
                ?? throw new InvalidDataException($"line {number} is empty");
            if (!IsWhole(row))
            {
                throw new InvalidDataException($"line {number} lacks something that each of its kind has");
            }

            if (row is not ArchiveEnd)
            {
                _hash.AppendData(Encoding.UTF8.GetBytes(line));
                _hash.AppendData("\n"u8);
            }

            return row;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"line {number} is not as it must be: {exception.Message}", exception);
        }
    }

    private string? ReadLine()
    {
        try
        {
            return _reader.ReadLine() is not { } line ? null
                : line.Length <= MaxLineChars ? line
                : throw new InvalidDataException("a line is too long");
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException)
        {
            throw new InvalidDataException($"it cannot be read: {exception.Message}", exception);
        }
    }
}
