using System.Collections.Immutable;
using System.Globalization;
using Sluice.Lab.Metrics;

namespace Sluice.Lab.Reports;

/// <summary>All metrics by name, in the order in which they are shown and written.</summary>
public static class LabTable
{
    /// <summary>The word of files, the heading for people, the digits after the point for people, and the value.</summary>
    public static ImmutableArray<(string Name, string Heading, int Digits, Func<LabMetrics, double> Value)> Columns { get; } =
    [
        ("avg_jct", "AVG", 0, one => one.AverageJct),
        ("p50_jct", "P50", 0, one => one.P50Jct),
        ("p90_jct", "P90", 0, one => one.P90Jct),
        ("p99_jct", "P99", 0, one => one.P99Jct),
        ("max_jct", "MAX", 0, one => one.MaxJct),
        ("makespan", "MAKESPAN", 0, one => one.Makespan),
        ("utilisation", "HELD", 3, one => one.Utilization),
        ("useful_share", "USEFUL", 3, one => one.UsefulShare),
        ("gpu_hours_per_job", "GPU-H/JOB", 2, one => one.GpuHoursPerJob),
        ("restarts_per_job", "RESTARTS/JOB", 2, one => one.RestartsPerJob),
        ("lost_gpu_hours", "LOST GPU-H", 1, one => one.LostGpuHours),
        ("mean_slowdown", "SLOWDOWN", 2, one => one.MeanSlowdown),
        ("rho_mean", "RHO", 2, one => one.MeanRho),
        ("rho_max", "MAX RHO", 2, one => one.MaxRho),
        ("rho_over_1_share", "RHO>1", 3, one => one.UnfairShare),
    ];

    /// <summary>Rows as comma-separated text with a header; names have no commas.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<LabResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write("scenario,cluster_gpus,workload,policy,");
        writer.Write(string.Join(',', Columns.Select(column => column.Name)) + "\n");
        foreach (var result in results)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Scenario},{result.GpuCount},{result.Workload},{result.Policy},"));
            writer.Write(string.Join(
                ',',
                Columns.Select(column => column.Value(result.Metrics).ToString("0.######", CultureInfo.InvariantCulture))));
            writer.Write('\n');
        }
    }
}

/// <summary>A row of the table.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="GpuCount">GPUs of the cluster.</param>
/// <param name="Workload">Name of the workload, or <c>mean</c> of several.</param>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Metrics">What it reached.</param>
public sealed record LabResult(string Scenario, int GpuCount, string Workload, string Policy, LabMetrics Metrics);
