using System.Text.RegularExpressions;

namespace Sluice.Architecture.Tests;

/// <summary>Metrics have one scheme of names, and an operator finds each of them in one table.</summary>
public sealed partial class MetricRules
{
    private static readonly string Table = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));

    public static TheoryData<string> Instruments =>
        [.. Repository.Sources("src").Select(source => source.Path).Where(path => path.EndsWith("Instruments.cs", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Instruments))]
    public void A_metric_is_named_after_its_meter_and_stands_in_the_table_with_its_unit(string path)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, path));
        var meter = MeterName().Match(text).Groups[1].Value;
        var metrics = Metric().Matches(text);

        Assert.NotEmpty(meter);
        Assert.NotEmpty(metrics);
        Assert.Contains($"`{meter}`", Table, StringComparison.Ordinal);
        foreach (Match metric in metrics)
        {
            var (name, unit) = (metric.Groups["name"].Value, metric.Groups["unit"].Value);
            Assert.StartsWith(PrefixOf(meter), name, StringComparison.Ordinal);
            Assert.Matches(WellFormed(), name);
            Assert.Contains($"| `{name}` | `{unit}` |", Table, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_table_has_no_metric_that_is_gone()
    {
        var known = Repository.Sources("src").SelectMany(source => Metric().Matches(source.Text))
            .Select(metric => metric.Groups["name"].Value);

        Assert.Empty(Listed().Matches(Table).Select(row => row.Groups[1].Value).Except(known));
    }

    /// <summary><c>Sluice.EmbeddedHost</c> has <c>sluice.embedded_host.…</c>.</summary>
    private static string PrefixOf(string meter) =>
        InsideWord().Replace(meter, "_").ToLowerInvariant() + ".";

    [GeneratedRegex("MeterName = \"(Sluice\\.\\w+)\"")]
    private static partial Regex MeterName();

    [GeneratedRegex("Create\\w+(?:<\\w+>)?\\(\\s*\"(?<name>[^\"]+)\",\\s*(?:[^\"]+?,\\s*)?\"(?<unit>[^\"]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex("^sluice(\\.[a-z]+(_[a-z]+)*)+$")]
    private static partial Regex WellFormed();

    [GeneratedRegex("^\\| `(sluice\\.[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex InsideWord();
}
