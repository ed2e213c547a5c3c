using System.Text.RegularExpressions;

namespace Sluice.Architecture.Tests;

/// <summary>What decides is pure: no grain, no log, nothing asynchronous, no clock.</summary>
public sealed partial class PurityRules
{
    private static readonly string[] PureProjects = ["src/Scheduling", "src/Manifests"];

    public static TheoryData<string> PureFiles =>
    [
        .. Repository.Sources("src")
            .Select(source => source.Path.Replace('\\', '/'))
            .Where(path => PureName().IsMatch(Path.GetFileName(path))
                || PureProjects.Any(project => path.StartsWith(project + "/", StringComparison.Ordinal))),
    ];

    [Theory, MemberData(nameof(PureFiles))]
    public void A_pure_file_names_no_grain_log_task_or_clock(string path)
    {
        var code = Repository.WithoutComments(File.ReadAllText(Path.Combine(Repository.Root, path)));

        Assert.Empty(Impure().Matches(code).Select(match => match.Value).Distinct());
    }

    [Fact]
    public void Grain_code_is_the_same_for_both_hosts()
    {
        var telling = Repository.Sources("src/Grains")
            .Concat(Repository.Sources("src/Grains.Interfaces"))
            .Where(source => HostSpecific().IsMatch(source.Text))
            .Select(source => source.Path);

        Assert.Empty(telling);
    }

    [GeneratedRegex(@"Ledger|Ranking|Policy|Transitions")]
    private static partial Regex PureName();

    [GeneratedRegex(
        @"\bI?Grain(Factory|Context|Base|Id)?\b|\w+Grain\b|\bILogger\b|\b(Value)?Task\b"
        + @"|\bUtcNow\b|\bDateTime(Offset)?\.Now\b|\bTimeProvider\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"^\s*#\s*if\b|\bEmbeddedHost\b|\busing\s+Orleans\b", RegexOptions.Multiline)]
    private static partial Regex HostSpecific();
}
