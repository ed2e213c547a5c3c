using System.Text;

namespace Sluice.Manifests;

/// <summary>
/// <c>$(NAME)</c> in commands, args and values as Kubernetes expands it: a name that is not known stays as it is, so
/// that a shell's <c>$(command)</c> passes, and <c>$$</c> is one dollar sign.
/// </summary>
internal static class VariableReferences
{
    /// <returns>Null where the result is longer than an argument may be: references can double at every step.</returns>
    public static string? Expand(string text, IReadOnlyDictionary<string, string> values)
    {
        // A text without references is shared by all processes of a job.
        return text.Contains('$') ? Fit(ExpandAll(text, values)) : Fit(text);
    }

    private static string? Fit(string text) =>
        Encoding.UTF8.GetByteCount(text) <= ManifestLimits.MaxArgumentBytes ? text : null;

    private static string ExpandAll(string text, IReadOnlyDictionary<string, string> values)
    {
        var result = new StringBuilder(text.Length);
        var lastClose = text.LastIndexOf(')');
        var at = 0;
        while (at < text.Length && result.Length <= ManifestLimits.MaxArgumentBytes)
        {
            var next = text.IndexOf('$', at);
            if (next < 0 || next + 1 == text.Length)
            {
                result.Append(text, at, text.Length - at);
                break;
            }

            result.Append(text, at, next - at);
            at = next;
            if (text[at + 1] == '$')
            {
                result.Append('$');
                at += 2;
            }
            else if (text[at + 1] == '(' && at < lastClose)
            {
                var end = text.IndexOf(')', at);
                var name = text[(at + 2)..end];
                result.Append(values.TryGetValue(name, out var value) ? value : text[at..(end + 1)]);
                at = end + 1;
            }
            else
            {
                result.Append(text, at, 2);
                at += 2;
            }
        }

        return result.ToString();
    }
}
