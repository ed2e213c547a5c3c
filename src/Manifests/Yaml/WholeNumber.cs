using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Whole numbers as a person writes them: 2, -2, 2.0. No leading zeros: 010 is eight to some readers and ten to others.
/// </summary>
internal static partial class WholeNumber
{
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        var match = Pattern().Match(text);
        return match.Success
            && long.TryParse(
                match.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    [GeneratedRegex(@"^(-?(?:0|[1-9][0-9]{0,17}))(?:\.0*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
