using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>Tells the capacity grain which nodes there are: at the start, and whenever they have changed.</summary>
public sealed partial class NodeReporter(
    IExecutor executor,
    IRunReports reports,
    IOptions<ExecutorLoopOptions> options,
    TimeProvider time,
    ILogger<NodeReporter> logger,
    IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    private readonly ExecutorLoopOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ApplicationStart.WaitAsync(lifetime, stoppingToken);
        string? reported = null;
        for (var failures = 0; ;)
        {
            try
            {
                reported = await ReportAsync(reported, stoppingToken);
                failures = 0;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogNodesFailed(logger, exception);
                failures++;
            }

            await Task.Delay(
                failures == 0 ? _options.NodeInterval : _options.BackOff(failures), time, stoppingToken);
        }
    }

    /// <summary>Reports the nodes as they are now, unless <paramref name="reported"/> says the same.</summary>
    private async Task<string> ReportAsync(string? reported, CancellationToken cancellationToken)
    {
        var report = await executor.DiscoverNodesAsync(cancellationToken);
        var text = TextOf(report);
        if (text != reported)
        {
            await reports.ReportNodesAsync(_options.Domain, report);
            LogNodesReported(logger, report.Nodes.Length, report.Nodes.Sum(node => (long)node.GpuCount));
        }

        return text;
    }

    /// <summary>Equal for reports that say the same; their arrays compare by identity.</summary>
    private static string TextOf(NodeReport report) =>
        string.Join('\n', report.Nodes.Select(node => $"{node} lost {string.Join(',', node.LostGpus)}"))
        + "\n\n" + string.Join('\n', report.Quotas);
}
