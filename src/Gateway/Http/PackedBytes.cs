namespace Sluice.Gateway.Http;

/// <summary>
/// Hands compressed bytes to a decompressor in such portions that afterwards it can be told whether the compressed data
/// ended exactly with them: the decompressor itself says neither that data ended too early nor that bytes follow. The
/// last byte is handed out by itself, then one byte that is not theirs; a decompressor asks for either only where it
/// needs more.
/// </summary>
internal sealed class PackedBytes(ReadOnlyMemory<byte> bytes) : Stream
{
    /// <summary>Begins no gzip member.</summary>
    private const byte Foreign = 0;

    private int _position;

    /// <summary>True: the last byte was asked for, and no more.</summary>
    public bool IsReadToEnd => _position == bytes.Length;

    /// <summary>True: the foreign byte was asked for, and no more.</summary>
    public bool IsReadToForeign => _position == bytes.Length + 1;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        var last = bytes.Length - 1;
        if (_position < last)
        {
            var count = Math.Min(buffer.Length, last - _position);
            bytes.Span.Slice(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        if (_position > bytes.Length)
        {
            _position = bytes.Length + 2;
            return 0;
        }

        buffer[0] = _position == last ? bytes.Span[last] : Foreign;
        _position++;
        return 1;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
