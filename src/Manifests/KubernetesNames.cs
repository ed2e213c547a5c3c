using System.Text.RegularExpressions;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Names as Kubernetes allows them: a DNS subdomain for an object, a DNS label for a namespace.</summary>
internal static partial class KubernetesNames
{
    private const int MaxNameChars = 253;
    private const int MaxLabelChars = 63;

    public static string ReadName(YamlCursor place)
    {
        var name = place.RequiredText();
        if (name is not null && (name.Length > MaxNameChars || !SubdomainPattern().IsMatch(name)))
        {
            place.Problem(
                $"must be 1 to {MaxNameChars} lower-case letters, digits, '-' and '.', each part between dots "
                + $"beginning and ending with a letter or digit, not {Quoting.Quote(name)}");
        }

        return name ?? "";
    }

    public static string ReadNamespace(YamlCursor place)
    {
        var name = place.Text() ?? "default";
        if (name.Length > MaxLabelChars || !LabelPattern().IsMatch(name))
        {
            place.Problem(
                $"must be 1 to {MaxLabelChars} lower-case letters, digits and '-', beginning and ending with a letter "
                + $"or digit, not {Quoting.Quote(name)}");
        }

        return name;
    }

    [GeneratedRegex(
        @"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();
}
