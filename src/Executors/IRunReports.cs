using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors;

/// <summary>
/// Where observations go. Between the loop and the grains, so that the loop is tested without a host.
/// </summary>
public interface IRunReports
{
    /// <summary>Returns once the job's grain has taken the report, and has committed what follows from it.</summary>
    Task ReportRunAsync(string jobKey, RunReport report);

    /// <summary>Returns once the domain's capacity grain has taken the report.</summary>
    Task ReportNodesAsync(string domain, NodeReport report);
}

/// <summary>Reports to the grains.</summary>
public sealed class GrainRunReports(IGrainFactory grains) : IRunReports
{
    /// <inheritdoc/>
    public Task ReportRunAsync(string jobKey, RunReport report) =>
        grains.GetGrain<IJobGrain>(jobKey).ReportRunAsync(report);

    /// <inheritdoc/>
    public Task ReportNodesAsync(string domain, NodeReport report) =>
        grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(domain)).ReportNodesAsync(report);
}
