using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Names of jobs, all of one length.</summary>
internal static class JobName
{
    /// <summary>Jobs that are there through a whole measurement.</summary>
    public const byte Kept = (byte)'k';

    /// <summary>Jobs that a measurement adds and takes away again.</summary>
    public const byte Passing = (byte)'p';

    public const int Length = 14;

    public static Utf8Text AddJobName(this Utf8Text text, byte series, long number) =>
        text.Add("job-"u8).Add([series]).Add("-"u8).AddDigits(number, 8);

    /// <summary>Whether a body has the name as a JSON text.</summary>
    public static bool IsIn(ReadOnlySpan<byte> body, byte series, long number)
    {
        Span<byte> quoted = stackalloc byte[Length + 2];
        "\"job-?-"u8.CopyTo(quoted);
        quoted[5] = series;
        Utf8Text.WriteDigits(quoted[7..^1], number);
        quoted[^1] = (byte)'"';
        return body.IndexOf(quoted) >= 0;
    }
}
