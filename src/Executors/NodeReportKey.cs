using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Executors;

/// <summary>Two reports that say the same have equal keys; arrays compare by identity otherwise.</summary>
internal sealed record NodeReportKey(string Nodes, string Quotas)
{
    public static NodeReportKey Of(NodeReport report) =>
        new(string.Join('\n', report.Nodes), string.Join('\n', report.Quotas));
}
