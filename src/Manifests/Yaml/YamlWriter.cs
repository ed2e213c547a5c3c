using System.Text;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Writes a tree in block style. What was plain stays plain, for only a plain scalar may be a number or a boolean to
/// the next reader; all text in any other style is text in each of them, so there the writer takes the one that is
/// surely read back.
/// </summary>
internal static class YamlWriter
{
    /// <summary>What a plain scalar cannot begin with.</summary>
    private const string Indicators = ",[]{}#&*!|>'\"%@` ";

    public static string Write(YamlNode root)
    {
        var result = new StringBuilder();
        if (root is YamlScalar)
        {
            WriteScalar(result, (YamlScalar)root, indent: 0);
            return result.Append('\n').ToString();
        }

        WriteCollection(result, root, indent: 0);
        return result.ToString();
    }

    private static void WriteCollection(StringBuilder result, YamlNode node, int indent)
    {
        if (IsEmpty(node))
        {
            result.Append(node is YamlMapping ? "{}\n" : "[]\n");
        }
        else if (node is YamlMapping mapping)
        {
            WriteMapping(result, mapping, indent);
        }
        else
        {
            WriteSequence(result, (YamlSequence)node, indent);
        }
    }

    /// <summary>The first key is written where the text stands; the others on lines of their own.</summary>
    private static void WriteMapping(StringBuilder result, YamlMapping mapping, int indent)
    {
        var isFirst = true;
        foreach (var entry in mapping.Entries)
        {
            result.Append(' ', isFirst ? 0 : indent);
            isFirst = false;
            result.Append(OneLine(entry.Key)).Append(':');
            if (entry.Value is YamlScalar scalar)
            {
                WriteValue(result, scalar, indent);
            }
            else if (IsEmpty(entry.Value))
            {
                WriteCollection(result.Append(' '), entry.Value, indent);
            }
            else
            {
                // As kubectl prints it: the dashes of a sequence stand under the key.
                var below = entry.Value is YamlSequence ? indent : indent + 2;
                WriteCollection(result.Append('\n').Append(' ', below), entry.Value, below);
            }
        }
    }

    private static void WriteSequence(StringBuilder result, YamlSequence sequence, int indent)
    {
        var isFirst = true;
        foreach (var item in sequence.Items)
        {
            result.Append(' ', isFirst ? 0 : indent);
            isFirst = false;
            result.Append('-');
            if (item is YamlScalar scalar)
            {
                WriteValue(result, scalar, indent);
            }
            else
            {
                WriteCollection(result.Append(' '), item, indent + 2);
            }
        }
    }

    private static void WriteValue(StringBuilder result, YamlScalar scalar, int indent)
    {
        if (scalar is not { Style: YamlStyle.Plain, Value: "" })
        {
            result.Append(' ');
            WriteScalar(result, scalar, indent);
        }

        result.Append('\n');
    }

    /// <summary>Without the line break at its end.</summary>
    private static void WriteScalar(StringBuilder result, YamlScalar scalar, int indent)
    {
        if (scalar.Style != YamlStyle.Literal || !IsLiteral(scalar.Value))
        {
            result.Append(OneLine(scalar));
            return;
        }

        var endsWithBreak = scalar.Value.EndsWith('\n');
        result.Append(endsWithBreak ? "|" : "|-");
        var text = endsWithBreak ? scalar.Value.AsSpan(0, scalar.Value.Length - 1) : scalar.Value;
        foreach (var line in text.Split('\n'))
        {
            var content = text[line];
            result.Append('\n').Append(' ', content.IsEmpty ? 0 : indent + 2).Append(content);
        }
    }

    private static string OneLine(YamlScalar scalar) => scalar.Style switch
    {
        YamlStyle.Plain when IsPlain(scalar.Value) => scalar.Value,
        YamlStyle.SingleQuoted when scalar.Value.All(Quoting.IsPrintable) =>
            $"'{scalar.Value.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => Quoting.Escape(scalar.Value),
    };

    /// <summary>
    /// It was plain where it was read, perhaps over several lines or inside brackets, where the parser lets pass what
    /// is an indicator elsewhere; is it on one line of a block too? What is not is text in every schema, so that quotes
    /// keep its meaning.
    /// </summary>
    private static bool IsPlain(string value) =>
        value.All(Quoting.IsPrintable)
        && (value.Length == 0 || !Indicators.Contains(value[0]))
        && !(value.Length > 0 && value[0] is '-' or '?' or ':' && (value.Length == 1 || value[1] == ' '))
        && !value.EndsWith(':')
        && !value.Contains(": ", StringComparison.Ordinal)
        && !value.Contains(" #", StringComparison.Ordinal)
        && !value.StartsWith("---", StringComparison.Ordinal)
        && !value.StartsWith("...", StringComparison.Ordinal);

    /// <summary>Lines that a block scalar surely gives back, with no need of an indentation indicator.</summary>
    private static bool IsLiteral(string value) =>
        value.Contains('\n')
        && value[0] is not (' ' or '\t' or '\n')
        && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && value.TrimEnd('\n')[^1] is not (' ' or '\t')
        && value.All(character => character is '\n' or '\t' || Quoting.IsPrintable(character));

    private static bool IsEmpty(YamlNode node) =>
        node is YamlMapping { Entries.IsEmpty: true } or YamlSequence { Items.IsEmpty: true };
}
