using System.Globalization;
using System.Security.Cryptography;

namespace Sluice.Cli.Queue;

/// <summary>
/// The number that names a list. Who knows it may do everything with the list, so that no message repeats it.
/// </summary>
/// <param name="Text">As it was given.</param>
/// <param name="IsNew">True: it was made just now, and nobody else knows it.</param>
/// <param name="File">Where it is written; null: in no file.</param>
internal sealed record QueueNumber(string Text, bool IsNew = false, string? File = null)
{
    /// <summary>Digits of the longest number.</summary>
    public const int MaxDigits = 78;

    /// <summary>Of a number that is made here. So many cannot be guessed, and fit an integer of any language.</summary>
    private const int NewBits = 62;

    public static QueueNumber Make() => new(
        (BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) >> (64 - NewBits))
            .ToString(CultureInfo.InvariantCulture),
        IsNew: true);

    /// <param name="text">What somebody gave.</param>
    /// <param name="source">Where, such as <c>--jobix</c>.</param>
    /// <param name="file">The file it came from; null: none.</param>
    public static QueueNumber Read(string text, string source, string? file = null)
    {
        var trimmed = text.Trim();
        var digits = trimmed.StartsWith('-') || trimmed.StartsWith('+') ? trimmed[1..] : trimmed;
        return digits.Length is > 0 and <= MaxDigits && digits.All(char.IsAsciiDigit)
            ? new(trimmed, File: file)
            : throw CliFailure.Usage($"{source} must be an integer of at most {MaxDigits} digits");
    }
}
