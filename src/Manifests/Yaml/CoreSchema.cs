using System.Text.RegularExpressions;

namespace Sluice.Manifests.Yaml;

/// <summary>What a plain scalar means: YAML 1.2, core schema.</summary>
internal static partial class CoreSchema
{
    public static ScalarKind KindOf(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
        _ => NumberPattern().IsMatch(plain) ? ScalarKind.Number : ScalarKind.Text,
    };

    [GeneratedRegex(
        """
        ^(
          [-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?
          | 0o[0-7]+
          | 0x[0-9a-fA-F]+
          | [-+]?\.(inf|Inf|INF)
          | \.(nan|NaN|NAN)
        )\z
        """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NumberPattern();
}
