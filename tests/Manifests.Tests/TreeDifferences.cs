using System.Globalization;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests.Tests;

/// <summary>
/// Compares two texts by what they mean: keys and their order, values, and whether a scalar is plain.
/// </summary>
internal static class TreeDifferences
{
    public static List<string> Between(string before, string after)
    {
        var differences = new List<string>();
        Compare(Load(before), Load(after), "", differences);
        return differences;
    }

    public static YamlNode Load(string text)
    {
        var node = YamlLoader.Load(text, out var problem);
        Assert.Null(problem);
        return node!;
    }

    private static void Compare(YamlNode? before, YamlNode? after, string path, List<string> differences)
    {
        switch (before, after)
        {
            case (YamlMapping left, YamlMapping right):
                CompareMappings(left, right, path, differences);
                break;
            case (YamlSequence left, YamlSequence right):
                for (var index = 0; index < Math.Max(left.Items.Length, right.Items.Length); index++)
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
                    Compare(
                        left.Items.ElementAtOrDefault(index), right.Items.ElementAtOrDefault(index), place,
                            differences);
                }

                break;
            case (YamlScalar left, YamlScalar right):
                if (left.Value != right.Value || left.Kind != right.Kind)
                {
                    differences.Add($"{path}: {Show(left)} -> {Show(right)}");
                }

                break;
            default:
                differences.Add($"{path}: {Show(before)} -> {Show(after)}");
                break;
        }
    }

    private static void CompareMappings(YamlMapping left, YamlMapping right, string path, List<string> differences)
    {
        // What was there keeps its order; what is new comes after it.
        var kept = right.Entries.Where(entry => left.Find(entry.Key.Value) is not null)
            .Select(entry => entry.Key.Value);
        var before = left.Entries.Select(entry => entry.Key.Value).ToList();
        if (!before.SequenceEqual(kept)
            || !before.SequenceEqual(right.Entries.Take(before.Count).Select(entry => entry.Key.Value)))
        {
            differences.Add($"{path}: keys or their order");
        }

        foreach (var entry in left.Entries)
        {
            Compare(entry.Value, right.Find(entry.Key.Value), $"{path}/{entry.Key.Value}", differences);
        }

        foreach (var entry in right.Entries.Where(entry => left.Find(entry.Key.Value) is null))
        {
            Compare(null, entry.Value, $"{path}/{entry.Key.Value}", differences);
        }
    }

    private static string Show(YamlNode? node) => node switch
    {
        null => "nothing",
        YamlScalar { Kind: ScalarKind.Text } scalar => Quoting.Escape(scalar.Value),
        YamlScalar scalar => scalar.Value,
        YamlMapping mapping =>
            "{" + string.Join(", ", mapping.Entries.Select(e => $"{e.Key.Value}: {Show(e.Value)}")) + "}",
        YamlSequence sequence => "[" + string.Join(", ", sequence.Items.Select(Show)) + "]",
        _ => "?",
    };
}
