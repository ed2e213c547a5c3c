using System.Buffers.Text;

namespace Sluice.Bench.Load;

/// <summary>
/// Reads HTTP/1.1 answers out of what arrives, in whatever pieces, of a known length or in chunks. Of a body the first
/// <see cref="KeptBytes"/> are kept, the rest is counted.
/// </summary>
internal sealed class AnswerReader
{
    public const int KeptBytes = 4096;

    private readonly byte[] _received = new byte[256 * 1024];
    private readonly byte[] _kept = new byte[KeptBytes];
    private int _headLength;
    private Phase _phase;
    private int _status;
    private long _length;
    private long _expected;
    private bool _isChunked;
    private byte _last;

    private enum Phase
    {
        Head,
        Body,
        ChunkSize,
        ChunkExtension,
        ChunkEnd,
        Trailer,
        Done,
    }

    /// <summary>Where to receive the next bytes.</summary>
    public Memory<byte> Free => _received.AsMemory(_headLength);

    /// <summary>The answer, once <see cref="Advance"/> said that it is whole.</summary>
    public Answer Answer => new(_status, _kept.AsSpan(0, (int)Math.Min(_length, KeptBytes)), _length, _last);

    /// <summary>Gets ready for the next answer.</summary>
    public void Reset()
    {
        _headLength = 0;
        _phase = Phase.Head;
        _length = 0;
        _expected = 0;
        _isChunked = false;
        _last = 0;
    }

    /// <summary>Takes bytes that were received into <see cref="Free"/>.</summary>
    /// <returns>True: the answer is whole.</returns>
    /// <exception cref="FormatException">It is no answer that HTTP/1.1 allows here.</exception>
    public bool Advance(int count)
    {
        ReadOnlySpan<byte> bytes = _received.AsSpan(0, _headLength + count);
        if (_phase is Phase.Head)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                _headLength = bytes.Length;
                return bytes.Length < _received.Length ? false : throw new FormatException("the answer's head does not end");
            }

            ReadHead(bytes[..(end + 2)]);
            bytes = bytes[(end + 4)..];
            _headLength = 0;
        }

        while (!bytes.IsEmpty && _phase is not Phase.Done) bytes = Take(bytes);
        if (_phase is not Phase.Done) return false;
        return bytes.IsEmpty ? true : throw new FormatException("bytes follow the answer, and nothing was asked");
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out _status, out int digits) || digits != 3)
        {
            throw new FormatException("the answer does not start with HTTP/1.1 and a status");
        }

        var hasLength = false;
        for (var rest = head[(head.IndexOf("\r\n"u8) + 2)..]; !rest.IsEmpty;)
        {
            var end = rest.IndexOf("\r\n"u8);
            var line = rest[..end];
            rest = rest[(end + 2)..];
            if (ValueOf(line, "content-length:"u8, out var length))
            {
                hasLength = Utf8Parser.TryParse(length, out _expected, out _);
            }
            else if (ValueOf(line, "transfer-encoding:"u8, out var encoding))
            {
                _isChunked = encoding.SequenceEqual("chunked"u8);
            }
        }

        if (!_isChunked && !hasLength) throw new FormatException("the answer says no length");
        _phase = _isChunked ? Phase.ChunkSize : _expected == 0 ? Phase.Done : Phase.Body;
    }

    private static bool ValueOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name)) return false;
        value = line[name.Length..].Trim((byte)' ');
        return true;
    }

    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes)
    {
        switch (_phase)
        {
            case Phase.Body:
                return TakeBody(bytes);
            case Phase.ChunkSize when HexValue(bytes[0]) is var digit and >= 0:
                _expected = (_expected << 4) + digit;
                return bytes[1..];
            case Phase.ChunkSize:
                _phase = Phase.ChunkExtension;
                return bytes;
            case Phase.ChunkExtension:
                return TakeLine(bytes, _expected > 0 ? Phase.Body : Phase.Trailer);
            case Phase.ChunkEnd:
                return TakeLine(bytes, Phase.ChunkSize);
            case Phase.Trailer:
                return TakeLine(bytes, Phase.Done);
            default:
                throw new InvalidOperationException($"nothing can be taken in {_phase}");
        }
    }

    private ReadOnlySpan<byte> TakeBody(ReadOnlySpan<byte> bytes)
    {
        var part = bytes[..(int)Math.Min(bytes.Length, _expected)];
        if (_length < KeptBytes)
        {
            part[..Math.Min(part.Length, KeptBytes - (int)_length)].CopyTo(_kept.AsSpan((int)_length));
        }

        _last = part[^1];
        _length += part.Length;
        _expected -= part.Length;
        if (_expected == 0) _phase = _isChunked ? Phase.ChunkEnd : Phase.Done;
        return bytes[part.Length..];
    }

    private ReadOnlySpan<byte> TakeLine(ReadOnlySpan<byte> bytes, Phase next)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return default;
        _phase = next;
        return bytes[(end + 1)..];
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
