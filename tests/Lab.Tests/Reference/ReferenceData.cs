using System.Collections.Immutable;
using Sluice.Lab.Metrics;
using Sluice.Lab.Model;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Tests.Reference;

/// <summary>Recorded workloads and what the reference policies reach on them. They are not in the repository.</summary>
internal static class ReferenceData
{
    /// <summary>Of the repository that these tests were built from.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Beside the repository.</summary>
    public static string FolderPath { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "sched"));

    public static bool IsThere { get; } = WorkloadFolder.Exists(FolderPath);

    public static WorkloadFolder Open() => new(FolderPath);

    public static IEnumerable<CsvRows.Row> Golden() => Read("golden-per-job.csv");

    public static IEnumerable<CsvRows.Row> Results() => Read("neutral-reference-results.csv");

    /// <summary>What we call a policy of the reference; null: the Lab has none.</summary>
    public static LabPolicy? Policy(string name)
    {
        var ours = name.Replace("(oracle)", "", StringComparison.Ordinal) switch
        {
            "seeds" or "seeds(fifo-queue)" => "seeds-fifo",
            "seeds(backfill-queue)" => "seeds-bf",
            "seeds(fifo-queue;deferred)" => "seeds-fifo-deferred",
            "fifo-rigid" => "fifo",
            "fifo-bf-rigid" => "fifo-bf",
            var same => same,
        };
        return LabCatalog.All.SingleOrDefault(policy => policy.Name == ours);
    }

    public static ImmutableArray<(string Name, Func<LabMetrics, double> Value)> Columns { get; } =
    [
        ("avg_jct", one => one.AverageJct),
        ("p50_jct", one => one.P50Jct),
        ("p90_jct", one => one.P90Jct),
        ("p99_jct", one => one.P99Jct),
        ("max_jct", one => one.MaxJct),
        ("makespan", one => one.Makespan),
        ("utilisation", one => one.Utilization),
        ("gpu_hours_per_job", one => one.GpuHoursPerJob),
        ("restarts_per_job", one => one.RestartsPerJob),
        ("lost_gpu_hours", one => one.LostGpuHours),
        ("mean_slowdown", one => one.MeanSlowdown),
        ("rho_mean", one => one.MeanRho),
        ("rho_max", one => one.MaxRho),
    ];

    private static IEnumerable<CsvRows.Row> Read(string file) =>
        CsvRows.Read(Path.Combine(FolderPath, "reference", file)).Rows;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("these tests do not lie in the repository");
    }
}
