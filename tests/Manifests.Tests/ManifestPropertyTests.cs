using System.Text;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests.Tests;

/// <summary>What must hold of every manifest. A seed names the manifest; ten of them make one test.</summary>
public sealed class ManifestPropertyTests
{
    private const int ManifestsPerSeed = 10;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_read_is_what_was_written(int seed)
    {
        foreach (var (made, yaml) in Manifests(seed))
        {
            var read = Texts.Read(yaml);

            Assert.Equal((made.Kind, made.Replicas, made.GpuReq, made.GpuLim),
                (read.Kind, read.Replicas, read.GpuReq, read.GpuLim));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rewriting_changes_what_is_named_and_nothing_else(int seed)
    {
        foreach (var (made, yaml) in Manifests(seed))
        {
            RewriteAssert.ChangesOnlyWhatIsNamed(yaml, (made.GpuReq + made.GpuLim) / 2);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rewriting_may_be_repeated_for_the_same_and_for_another_count(int seed)
    {
        foreach (var (made, yaml) in Manifests(seed))
        {
            RewriteAssert.IsStable(yaml, made.GpuReq, made.GpuLim);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_GPUs_of_every_replica_of_the_gang_add_up_to_the_assigned_count(int seed)
    {
        foreach (var (made, yaml) in Manifests(seed))
        {
            var gpus = made.GpuLim;

            var layout = ManifestLayout.Read(ManifestRewriter.Rewrite(yaml, RewriteAssert.Assign(gpus)), out _)!;

            Assert.All(layout.Gang, replica => Assert.Equal((gpus, gpus), (replica.GpuReq, replica.GpuLim)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_plan_has_a_process_a_replica_or_says_why_not(int seed)
    {
        foreach (var (made, yaml) in Manifests(seed))
        {
            var plan = LocalPlanner.Plan(yaml, RewriteAssert.Assign(made.GpuLim), 29500);

            Assert.Equal(plan.Problem is null ? made.Replicas : 0, plan.Processes.Length);
            Assert.Equal(Enumerable.Range(0, plan.Processes.Length), plan.Processes.Select(process => process.Rank));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_damaged_manifest_is_answered_and_what_is_accepted_can_be_rewritten_and_planned(int seed)
    {
        var random = new Random(seed);
        foreach (var (_, yaml) in Manifests(seed))
        {
            for (var round = 0; round < 3; round++)
            {
                var damaged = Damage(yaml, random);
                var reading = ManifestReader.Read(damaged);
                var plan = LocalPlanner.Plan(damaged, RewriteAssert.Assign(2), 29500);

                Assert.NotEqual(reading.Manifest is null, reading.Problem is null);
                Assert.NotEqual(plan.Processes.IsEmpty, plan.Problem is null);
                if (reading.Manifest is not null)
                {
                    Assert.Equal(
                        reading.Manifest, Texts.Read(ManifestRewriter.Rewrite(damaged, RewriteAssert.Assign(2))));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_tree_that_was_read_is_written_so_that_it_is_read_the_same(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var text = Noise(random);
            if (YamlLoader.Load(text, out _) is { } tree)
            {
                var written = YamlWriter.Write(tree);
                Assert.Empty(TreeDifferences.Between(text, written));
                Assert.Equal(written, YamlWriter.Write(TreeDifferences.Load(written)));
            }
        }
    }

    private static IEnumerable<(ManifestGenerator Made, string Yaml)> Manifests(int seed)
    {
        for (var index = 0; index < ManifestsPerSeed; index++)
        {
            var made = new ManifestGenerator((seed * ManifestsPerSeed) + index);
            var yaml = made.Make();
            yield return (made, yaml);
        }
    }

    private static string Damage(string yaml, Random random)
    {
        var at = random.Next(yaml.Length);
        var length = Math.Min(random.Next(1, 12), yaml.Length - at);
        return random.Next(4) switch
        {
            0 => yaml.Remove(at, length),
            1 => yaml.Insert(at, Piece(random)),
            2 => yaml.Insert(at, yaml.Substring(random.Next(yaml.Length - length), length)),
            _ => yaml.Remove(at, length).Insert(at, Piece(random)),
        };
    }

    private static string Noise(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(1, 30); count > 0; count--)
        {
            text.Append(Piece(random));
        }

        return text.ToString();
    }

    private static string Piece(Random random)
    {
        string[] pieces =
        [
            "\n", "\n", "\n  ", "\n    ", "\n\t", "\n- ", "\n  - ", "\na: ", "\n  b: ", "\"", "'", ": ", ":", " #", "[",
            "]", "{", "}", ", ", ",", "- ", "? ",
            "|", ">", "|-\n  ", ">+\n   ", "|2\n", "&x ", "*x", "!!str ", "! ", "<<: ", "true", "~", "10", "1.5", "a",
            "b c", "\t", "  ", "\\", "\\n", "\\\"",
            "''", "é", "😀", "\u2028", "\u0085", "\ufeff", "---", "...", "%", "@", "`", "=", "\r\n", "\r", "\0",
            "\ud800", "\ufdd0",
        ];
        return pieces[random.Next(pieces.Length)];
    }
}
