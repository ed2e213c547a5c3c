using System.Buffers.Text;

namespace Sluice.Bench.Load;

/// <summary>Text that is put together again and again without allocating.</summary>
internal sealed class Utf8Text(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public Utf8Text Clear()
    {
        Length = 0;
        return this;
    }

    public Utf8Text Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
        return this;
    }

    public Utf8Text Add(long number)
    {
        if (!Utf8Formatter.TryFormat(number, _bytes.AsSpan(Length), out var written))
        {
            throw new InvalidOperationException("the text is longer than its capacity");
        }

        Length += written;
        return this;
    }

    /// <summary>Adds a number with leading zeros.</summary>
    public Utf8Text AddDigits(long number, int digits)
    {
        WriteDigits(_bytes.AsSpan(Length, digits), number);
        Length += digits;
        return this;
    }

    /// <summary>Fills a span with a number and leading zeros.</summary>
    public static void WriteDigits(Span<byte> digits, long number)
    {
        for (var i = digits.Length - 1; i >= 0; i--, number /= 10) digits[i] = (byte)('0' + (number % 10));
    }
}
