using Microsoft.Extensions.Logging;

namespace Sluice.Executors;

public sealed partial class NodeReporter
{
    [LoggerMessage(6103, LogLevel.Information, "Reported {NodeCount} nodes with {GpuCount} GPUs")]
    private static partial void LogNodesReported(ILogger logger, int nodeCount, long gpuCount);

    [LoggerMessage(6104, LogLevel.Warning, "The nodes could not be reported; it is tried again")]
    private static partial void LogNodesFailed(ILogger logger, Exception exception);
}
