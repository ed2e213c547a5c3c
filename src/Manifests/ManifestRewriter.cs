using System.Globalization;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Makes of a manifest what is applied.</summary>
public static class ManifestRewriter
{
    /// <summary>
    /// The manifest with the assigned GPUs; all else keeps its nodes, key order and scalar values, with aliases and
    /// merge keys written out. The result may be rewritten again, for the same or another count: the annotations keep
    /// the range.
    /// </summary>
    /// <exception cref="ArgumentException">The manifest is one that <see cref="ManifestReader"/> refuses.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The GPU count is negative or over the limit.</exception>
    public static string Rewrite(string yaml, ManifestAssignment assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentOutOfRangeException.ThrowIfNegative(assignment.GpuCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(assignment.GpuCount, ManifestLimits.MaxCount);
        var layout = ManifestLayout.Read(yaml, out var problem) ?? throw new ArgumentException(problem, nameof(yaml));
        return YamlWriter.Write(Apply(layout, assignment));
    }

    /// <summary>The tree of what is applied; containers stand at the same paths as before.</summary>
    internal static YamlNode Apply(ManifestLayout layout, ManifestAssignment assignment)
    {
        YamlNode root = Annotate(layout.Root, layout.Manifest);
        foreach (var replica in layout.Gang)
        {
            var containers = replica.GpuContainers;
            var shares = GpuRange.Split(containers, assignment.GpuCount);
            for (var index = 0; index < containers.Length; index++)
            {
                var share = shares[index];
                root = containers[index].Path.Replace(root, container => ContainerRewrite.WithGpus(
                    (YamlMapping)container, share, layout.Manifest.Name, assignment.SluiceUrl));
            }

            if (containers.IsEmpty)
            {
                // A job without GPUs reports its checkpoints too.
                root = replica.Containers.Aggregate(root, (tree, container) => container.Path.Replace(
                    tree,
                    node =>
                        ContainerRewrite.WithSluice((YamlMapping)node, 0, layout.Manifest.Name, assignment.SluiceUrl)));
            }
        }

        return root;
    }

    private static YamlMapping Annotate(YamlNode root, Manifest manifest)
    {
        var top = (YamlMapping)root;
        var metadata = (YamlMapping)top.Find("metadata")!;
        var annotations = metadata.Find("annotations") as YamlMapping ?? YamlMapping.Empty;
        annotations = annotations
            .With("replicas", Text(manifest.Replicas))
            .With("request", Text(manifest.GpuReq))
            .With("limit", Text(manifest.GpuLim));
        return top.With("metadata", metadata.With("annotations", annotations));
    }

    private static YamlScalar Text(int value) => YamlScalar.Text(value.ToString(CultureInfo.InvariantCulture));
}
