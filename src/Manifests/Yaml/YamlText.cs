using System.Text;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Readies text for the parser. It follows YAML 1.1, where three Unicode separators are line breaks, and swallows
/// byte order marks; since 1.2 they are content. They travel as noncharacters, which a text may not hold itself.
/// </summary>
internal static class YamlText
{
    private const string Content = "\u0085\u2028\u2029\ufeff";
    private const string Guises = "\ufdd0\ufdd1\ufdd2\ufdd3";

    /// <returns>Null, and what is wrong, where the text cannot be YAML.</returns>
    public static string? Disguise(string text, out string? problem)
    {
        problem = text.Length > ManifestLimits.MaxTextBytes
            || Encoding.UTF8.GetByteCount(text) > ManifestLimits.MaxTextBytes
            ? "the manifest is over 1 MiB"
            : null;
        if (problem is not null)
        {
            return null;
        }

        var start = text.StartsWith('\ufeff') ? 1 : 0;
        var line = 1;
        for (var index = start; index < text.Length; index++)
        {
            line += text[index] == '\n' ? 1 : 0;
            if (!IsAllowed(text, index))
            {
                problem = $"line {line} has the character U+{(int)text[index]:X4}, which YAML does not allow";
                return null;
            }
        }

        return Replace(text[start..], Content, Guises);
    }

    public static string Undisguise(string value) => Replace(value, Guises, Content);

    private static bool IsAllowed(string text, int index)
    {
        var character = text[index];
        if (char.IsSurrogate(character))
        {
            return char.IsHighSurrogate(character)
                ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
                : index > 0 && char.IsHighSurrogate(text[index - 1]);
        }

        return character switch
        {
            '\t' or '\n' or '\r' or '\u0085' => true,
            < ' ' or (>= '\u007f' and <= '\u009f') => false,
            >= '\ufdd0' and <= '\ufdef' => false,
            '\ufffe' or '\uffff' => false,
            _ => true,
        };
    }

    private static string Replace(string value, string from, string to)
    {
        if (value.AsSpan().IndexOfAny(from) < 0)
        {
            return value;
        }

        for (var index = 0; index < from.Length; index++)
        {
            value = value.Replace(from[index], to[index]);
        }

        return value;
    }
}
