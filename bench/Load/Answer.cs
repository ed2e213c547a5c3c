namespace Sluice.Bench.Load;

/// <summary>One HTTP answer, as far as it was kept.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="start">The body, or the first part of one that is longer than what is kept.</param>
/// <param name="length">Bytes of the whole body.</param>
/// <param name="last">The body's last byte; 0 where it is empty.</param>
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> start, long length, byte last)
{
    public int Status => status;

    public ReadOnlySpan<byte> Start { get; } = start;

    public long Length => length;

    public byte Last => last;
}
