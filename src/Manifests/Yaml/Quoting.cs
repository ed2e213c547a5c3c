using System.Globalization;
using System.Text;

namespace Sluice.Manifests.Yaml;

/// <summary>Text in double quotes, as YAML reads it and as problems show it.</summary>
internal static class Quoting
{
    /// <summary>Characters of a value that a problem repeats.</summary>
    private const int MaxShownChars = 60;

    /// <summary>For problems: one line, cut where it is long.</summary>
    public static string Quote(string value)
    {
        if (value.Length <= MaxShownChars)
        {
            return Escape(value);
        }

        var cut = char.IsHighSurrogate(value[MaxShownChars - 1]) ? MaxShownChars - 1 : MaxShownChars;
        return Escape(value[..cut] + "…");
    }

    public static string Escape(string value)
    {
        var result = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                _ when IsPrintable(character) => result.Append(character),
                < '\u0100' => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
            };
        }

        return result.Append('"').ToString();
    }

    /// <summary>Stands as it is in every style, on one line, for every reader.</summary>
    public static bool IsPrintable(char character) => character switch
    {
        < ' ' or (>= '\u007f' and <= '\u00a0') => false,
        '\u2028' or '\u2029' or '\ufeff' => false,
        >= '\ufdd0' and <= '\ufdef' => false,
        '\ufffe' or '\uffff' => false,
        _ => true,
    };
}
