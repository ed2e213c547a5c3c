using System.Collections.Immutable;
using System.Globalization;
using Sluice.Manifests;
using YamlDotNet.RepresentationModel;

namespace Sluice.Cli.Demo;

/// <summary>A manifest that the demo deploys.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="DeployAt">Since the demo's beginning.</param>
/// <param name="Manifest">YAML.</param>
internal sealed record DemoSample(string Name, TimeSpan DeployAt, string Manifest);

/// <summary>The four samples, with the pauses between them.</summary>
internal static class DemoSamples
{
    /// <summary>Long enough to see the job before settle, short enough that all four meet.</summary>
    private static readonly ImmutableArray<(string File, int AtSeconds)> Schedule =
    [
        ("wide-pytorchjob.yaml", 0),
        ("careful-job.yaml", 6),
        ("gang-pytorchjob.yaml", 12),
        ("small-pod.yaml", 18),
    ];

    /// <summary>
    /// The repository's folder: what the launcher says, else the first one above this program that has them.
    /// </summary>
    public static string FindRoot(CliEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var candidates = environment.Set("SLUICE_ROOT") is { } root ? [root] : Ancestors(AppContext.BaseDirectory);
        return candidates.FirstOrDefault(HasSamples)
            ?? throw CliFailure.Refused("the samples are not found; start the demo as ./sluice demo in the repository");
    }

    public static ImmutableArray<DemoSample> Load(string root, bool isRigid) =>
    [
        .. Schedule.Select(entry =>
        {
            var yaml = File.ReadAllText(Path.Combine(root, "samples", entry.File));
            var manifest = ManifestReader.Read(yaml).Manifest
                ?? throw CliFailure.Refused($"samples/{entry.File}: {ManifestReader.Read(yaml).Problem}");
            return new DemoSample(
                manifest.Name, TimeSpan.FromSeconds(entry.AtSeconds), isRigid ? Pin(yaml, manifest) : yaml);
        }),
    ];

    /// <summary>
    /// The same job with its request as its limit: the range that is annotated wins over the resources'.
    /// </summary>
    public static string Pin(string yaml, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        // Rewritten first: what comes out of that is plain YAML, however odd what went in.
        var plain = ManifestRewriter.Rewrite(
            yaml, new() { GpuCount = manifest.GpuReq, SluiceUrl = "http://127.0.0.1" });
        var stream = new YamlStream();
        stream.Load(new StringReader(plain));
        var metadata = (YamlMappingNode)stream.Documents[0].RootNode["metadata"];
        var annotations = (YamlMappingNode)metadata["annotations"];
        var count = new YamlScalarNode(manifest.GpuReq.ToString(CultureInfo.InvariantCulture))
        {
            Style = YamlDotNet.Core.ScalarStyle.DoubleQuoted,
        };
        annotations.Children["request"] = count;
        annotations.Children["limit"] = count;
        using var text = new StringWriter();
        stream.Save(text, assignAnchors: false);
        return text.ToString();
    }

    private static bool HasSamples(string folder) => Schedule.All(
        entry => File.Exists(Path.Combine(folder, "samples", entry.File)));

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            yield return current.FullName;
        }
    }
}
