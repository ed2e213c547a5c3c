using System.Collections.Immutable;

namespace Sluice.Lab.Workloads;

/// <summary>Reads recorded workloads and speed tables from a folder; docs/lab.md describes its files.</summary>
public sealed class WorkloadFolder
{
    private const int NodeGpus = 4;

    private readonly string _path;
    private readonly Dictionary<string, ApplicationRow> _applications;
    private readonly Dictionary<(string Application, int Batch), SpeedCurve> _curves = [];

    /// <exception cref="InvalidDataException">A file is missing or wrong; the message names it.</exception>
    public WorkloadFolder(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        _applications = Read("applications.csv").Rows.ToDictionary(
            row => row.Text("application"), row => new ApplicationRow(row.Number("restart_seconds_measured")));
        foreach (var application in _applications.Keys)
        {
            ReadCurves(application);
        }
    }

    /// <summary>Names of the workloads, in order.</summary>
    public ImmutableArray<string> WorkloadNames =>
    [
        .. Directory.EnumerateFiles(Path.Combine(_path, "workloads"), "*.csv")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>True where the folder has what the Lab reads.</summary>
    public static bool Exists(string path) =>
        File.Exists(Path.Combine(path, "applications.csv")) && Directory.Exists(Path.Combine(path, "workloads"));

    /// <exception cref="InvalidDataException">The file is missing or wrong.</exception>
    public Workload ReadWorkload(string name)
    {
        var jobs = Read(Path.Combine("workloads", name + ".csv")).Rows.Select(Job).ToList();
        return jobs.Count is > 0 and <= Workload.MaxJobs
            ? new(name, [.. jobs.OrderBy(job => job.SubmittedAt)])
            : throw new InvalidDataException($"workload {name} has {jobs.Count} jobs; 1 to {Workload.MaxJobs} are allowed");
    }

    private WorkloadJob Job(CsvRows.Row row)
    {
        var application = row.Text("application");
        return new()
        {
            Name = row.Text("job_name"),
            SubmittedAt = row.Number("submit_seconds"),
            Application = application,
            RigidGpus = row.Count("gpu_rigid"),
            MaxGpusFixed = row.Count("gpu_max_fixed"),
            MaxGpusAdaptive = row.Count("gpu_max_adaptive"),
            NarrowReq = row.Count("gpu_req_narrow"),
            NarrowLim = row.Count("gpu_lim_narrow"),
            TotalEpochs = row.Count("total_epochs"),
            RestartSeconds = _applications.TryGetValue(application, out var known)
                ? known.RestartSeconds
                : throw new InvalidDataException($"applications.csv has no {application}"),
            Fixed = Curve(application, row.Count("batch_size")),
            Adaptive = Curve(application, AdaptiveBatch),
        };
    }

    private const int AdaptiveBatch = -1;

    private SpeedCurve Curve(string application, int batch) =>
        _curves.TryGetValue((application, batch), out var curve)
            ? curve
            : throw new InvalidDataException($"there is no speed table of {application} with batch {batch}");

    private void ReadCurves(string application)
    {
        var rows = Read(Path.Combine("speed", $"speed-fixed-{application}.csv")).Rows
            .Select(row => (Batch: row.Count("batch_size"), Row: row))
            .Concat(Read(Path.Combine("speed", $"speed-adaptive-{application}.csv")).Rows
                .Select(row => (Batch: AdaptiveBatch, Row: row)));
        foreach (var table in rows.GroupBy(row => row.Batch, row => row.Row))
        {
            // The flat model: as few nodes as hold the GPUs.
            _curves[(application, table.Key)] = new(table
                .Where(row => row.Count("nodes") == (row.Count("gpus") + NodeGpus - 1) / NodeGpus)
                .ToDictionary(row => row.Count("gpus"), row => row.Number("seconds_per_epoch")));
        }
    }

    private CsvRows Read(string file)
    {
        var path = Path.Combine(_path, file);
        return File.Exists(path) ? CsvRows.Read(path) : throw new InvalidDataException($"{path} is missing");
    }

    private sealed record ApplicationRow(double RestartSeconds);
}
