using System.Text;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Indents the continuation lines of one quoted scalar as far as its opening quote. The white space there, tabs too, is
/// no content in YAML, but the parser insists on spaces; other readers do not, and real manifests were written for
/// them. Works on one scalar whose place the parser has told, so that block scalars, where white space is content, are
/// safe.
/// </summary>
internal static class QuotedIndentation
{
    /// <returns>False where there is no quoted scalar at <paramref name="start"/> or nothing to change in it.</returns>
    public static bool TryWiden(string text, int start, int column, out string widened)
    {
        widened = text;
        if (start < 0 || start >= text.Length || text[start] is not ('"' or '\''))
        {
            return false;
        }

        var result = new StringBuilder(text, 0, start, text.Length + 64);
        var end = CopyWidened(text, start, column, result);
        result.Append(text, end, text.Length - end);
        widened = result.ToString();
        return !string.Equals(widened, text, StringComparison.Ordinal);
    }

    private static int CopyWidened(string text, int start, int column, StringBuilder result)
    {
        var quote = text[start];
        result.Append(quote);
        var at = start + 1;
        while (at < text.Length)
        {
            var current = text[at++];
            result.Append(current);
            if (current == '\\' && quote == '"' && at < text.Length && text[at] is not ('\r' or '\n'))
            {
                // An escape; it may hide a quote. One that hides a line break leaves the break to the next round.
                result.Append(text[at++]);
            }
            else if (current == quote)
            {
                if (quote == '"' || at >= text.Length || text[at] != '\'')
                {
                    return at;
                }

                result.Append(text[at++]);
            }
            else if (current == '\n' || (current == '\r' && (at >= text.Length || text[at] != '\n')))
            {
                at = Indent(text, at, column, result);
            }
        }

        return at;
    }

    /// <summary>Replaces the white space at the start of a line that has content and is no document marker.</summary>
    private static int Indent(string text, int at, int column, StringBuilder result)
    {
        var content = at;
        while (content < text.Length && text[content] is ' ' or '\t')
        {
            content++;
        }

        var isBlank = content >= text.Length || text[content] is '\r' or '\n';
        var isMarker = content == at
            && (string.CompareOrdinal(text, at, "---", 0, 3) == 0 || string.CompareOrdinal(text, at, "...", 0, 3) == 0)
            && (at + 3 >= text.Length || text[at + 3] is ' ' or '\t' or '\r' or '\n');
        if (isBlank || isMarker)
        {
            return at;
        }

        result.Append(' ', column);
        return content;
    }
}
