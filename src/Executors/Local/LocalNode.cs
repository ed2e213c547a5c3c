using System.Globalization;

namespace Sluice.Executors.Local;

/// <summary>A node whose GPUs exist in name only.</summary>
/// <param name="Name">1–253 characters; unique.</param>
/// <param name="GpuCount">0 to 1,000,000.</param>
public sealed record LocalNode(string Name, int GpuCount)
{
    private const int MaxNodes = 10_000;
    private const int MaxGpus = 1_000_000;

    /// <summary>Reads <c>4x8</c>: node-0 to node-3 with 8 GPUs each.</summary>
    /// <exception cref="FormatException">The text is not of that form, or a number is out of range.</exception>
    public static IReadOnlyList<LocalNode> ParseNodes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('x');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var nodes)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gpus)
            || nodes is < 1 or > MaxNodes
            || gpus > MaxGpus)
        {
            throw new FormatException(
                $"nodes: '{text}' is not <nodes>x<GPUs each>, such as 4x8 (1 to {MaxNodes} nodes, 0 to {MaxGpus} GPUs)");
        }

        return [.. Enumerable.Range(0, nodes).Select(index => new LocalNode($"node-{index}", gpus))];
    }
}
