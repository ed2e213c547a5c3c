using System.Text.RegularExpressions;

namespace Sluice.Manifests.Tests;

/// <summary>What must hold of every rewritten manifest.</summary>
internal static partial class RewriteAssert
{
    public static ManifestAssignment Assign(int gpuCount) =>
        new() { GpuCount = gpuCount, SluiceUrl = "http://127.0.0.1:5000" };

    public static void ChangesOnlyWhatIsNamed(string yaml, int gpuCount)
    {
        var once = ManifestRewriter.Rewrite(yaml, Assign(gpuCount));
        foreach (var difference in TreeDifferences.Between(yaml, once))
        {
            Assert.True(NamedPattern().IsMatch(difference), difference);
        }
    }

    public static void IsStable(string yaml, int gpuCount, int otherCount)
    {
        var before = ManifestReader.Read(yaml).Manifest!;
        var once = ManifestRewriter.Rewrite(yaml, Assign(gpuCount));

        Assert.Equal(before, Texts.Read(once));
        Assert.Equal(once, ManifestRewriter.Rewrite(once, Assign(gpuCount)));

        // There and back again: the range comes from the annotations.
        var other = ManifestRewriter.Rewrite(once, Assign(otherCount));
        Assert.Equal(before, ManifestReader.Read(other).Manifest);
        Assert.Equal(before, ManifestReader.Read(ManifestRewriter.Rewrite(other, Assign(gpuCount))).Manifest);
    }

    [GeneratedRegex("""
        ^/metadata/annotations(/(replicas|request|limit))?:
        |^/spec.*/containers\[\d+\]/resources:\ nothing
        |^/spec.*/containers\[\d+\]/resources/(requests|limits)(/nvidia\.com/gpu)?:
        |^/spec.*/containers\[\d+\]/env:\ (nothing|null|~|\ )*\ ?->\ \[
        |^/spec.*/containers\[\d+\]/env\[\d+\]/value(From)?:
        |^/spec.*/containers\[\d+\]/env\[\d+\]:\ nothing\ ->\ \{name:\ "SLUICE_(URL|JOB|GPUS)",
        |^/spec.*/containers\[\d+\]/(command|args)\[\d+\]:.*(num_processes|nproc)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NamedPattern();
}
