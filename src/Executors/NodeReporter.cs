using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>
/// Tells the capacity grain which nodes there are: at the start, whenever they have changed, and now and then though
/// they have not, as a report that was late may have undone a newer one.
/// </summary>
public sealed partial class NodeReporter(
    IExecutor executor,
    IRunReports reports,
    IOptions<ExecutorLoopOptions> options,
    TimeProvider time,
    ILogger<NodeReporter> logger,
    IHostApplicationLifetime? lifetime = null,
    IExecutorPermit? permit = null) : BackgroundService
{
    private readonly ExecutorLoopOptions _options = options.Value;

    /// <summary>Reports until it is told to stop, on the caller's scheduler.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await ApplicationStart.WaitAsync(lifetime, stoppingToken);
        await permit.RunAsync(ReportAsync, stoppingToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    private async Task ReportAsync(CancellationToken stoppingToken)
    {
        string? reported = null;
        var reportedAt = time.GetTimestamp();
        for (var failures = 0; ;)
        {
            try
            {
                var known = time.GetElapsedTime(reportedAt) < _options.ReportInterval ? reported : null;
                reported = await ReportAsync(known, stoppingToken);
                reportedAt = known == reported ? reportedAt : time.GetTimestamp();
                failures = 0;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // It may have been taken all the same: what the ledger knows is open now.
                reported = null;
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
