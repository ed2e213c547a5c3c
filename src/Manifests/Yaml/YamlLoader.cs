using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sluice.Manifests.Yaml;

/// <summary>Reads the one document of a text into a tree, within the limits of <see cref="ManifestLimits"/>.</summary>
internal static class YamlLoader
{
    /// <summary>Characters that may be parsed again after mending quoted scalars; about a second of work.</summary>
    private const long MaxMendedChars = 16L * 1024 * 1024;

    /// <summary>Empty ones included.</summary>
    private const int MaxDocuments = 64;

    /// <returns>Null, and what is wrong, where there is not exactly one document, or it is no YAML.</returns>
    public static YamlNode? Load(string? text, out string? problem)
    {
        if (YamlText.Disguise(text ?? "", out problem) is not { } yaml)
        {
            return null;
        }

        var mended = 0L;
        while (true)
        {
            var parser = new Parser(new Scanner(new StringReader(yaml)));
            try
            {
                return LoadOnce(parser, out problem);
            }
            catch (SyntaxErrorException error) when (
                mended < MaxMendedChars
                && QuotedIndentation.TryWiden(
                    yaml, (int)error.Start.Index, (int)error.Start.Column - 1, out var widened))
            {
                yaml = widened;
                mended += yaml.Length;
            }
            catch (YamlException error)
            {
                problem = $"not valid YAML at line {error.Start.Line}, column {error.Start.Column}: {error.Message}";
                return null;
            }
            catch (Exception error) when (
                error is ArgumentException or InvalidOperationException or FormatException or OverflowException)
            {
                // The parser meets some broken texts (an escape beyond Unicode, a lone "...", text in brackets that is
                // indented too little) with exceptions that are not its own and know no place.
                problem = $"not valid YAML after line {parser.Current?.End.Line ?? 1}: "
                    + "a bad escape, or text indented less than what it belongs to";
                return null;
            }
        }
    }

    private static YamlNode? LoadOnce(Parser parser, out string? problem)
    {
        parser.Consume<StreamStart>();
        YamlNode? only = null;
        for (var count = 1; parser.TryConsume<DocumentStart>(out _); count++)
        {
            var node = new YamlTreeBuilder(parser).Build();
            parser.Consume<DocumentEnd>();
            if (node is YamlScalar { Kind: ScalarKind.Null } && count < MaxDocuments)
            {
                // Files are often cut with "---" before the first or after the last document.
                continue;
            }

            if (only is not null || count >= MaxDocuments)
            {
                problem = "the manifest has several documents; deploy them one by one";
                return null;
            }

            only = node;
        }

        problem = only is null ? "the manifest is empty" : null;
        return only;
    }
}
