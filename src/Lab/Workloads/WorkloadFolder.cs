using System.Collections.Immutable;

namespace Sluice.Lab.Workloads;

/// <summary>Reads recorded workloads and speed tables from a folder; docs/lab.md describes its files.</summary>
public sealed class WorkloadFolder
{
    private const int NodeGpus = 4;
    private const int AdaptiveBatch = -1;
    private const double MaxSeconds = 1e9;
    private const double MaxRestartSeconds = 1e6;

    private readonly string _path;
    private readonly Dictionary<string, double> _restartSeconds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Application, int Batch), SpeedCurve> _curves = [];

    /// <exception cref="InvalidDataException">A file is missing or wrong; the message names it.</exception>
    public WorkloadFolder(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        foreach (var row in Read("applications.csv").Rows)
        {
            var seconds = row.Number("restart_seconds_measured", 0, MaxRestartSeconds);
            if (!_restartSeconds.TryAdd(row.Text("application"), seconds))
            {
                throw row.Wrong("application", "comes twice");
            }
        }

        foreach (var application in _restartSeconds.Keys)
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
            : throw new InvalidDataException($"{name} has {jobs.Count} jobs; 1 to {Workload.MaxJobs} are allowed");
    }

    private WorkloadJob Job(CsvRows.Row row)
    {
        var application = row.Text("application");
        var least = row.Count("gpu_req_narrow", 1, SpeedCurve.MaxGpus);
        return new()
        {
            Name = row.Text("job_name"),
            SubmittedAt = row.Number("submit_seconds", 0, MaxSeconds),
            Application = application,
            RigidGpus = row.Count("gpu_rigid", 1, SpeedCurve.MaxGpus),
            MaxGpusFixed = row.Count("gpu_max_fixed", 1, SpeedCurve.MaxGpus),
            MaxGpusAdaptive = row.Count("gpu_max_adaptive", 1, SpeedCurve.MaxGpus),
            NarrowReq = least,
            NarrowLim = row.Count("gpu_lim_narrow", least, SpeedCurve.MaxGpus),
            TotalEpochs = row.Count("total_epochs", 1, WorkloadJob.MaxEpochs),
            RestartSeconds = _restartSeconds.TryGetValue(application, out var restart)
                ? restart
                : throw row.Wrong("application", "is not in applications.csv"),
            Fixed = _curves.TryGetValue((application, row.Count("batch_size", 1, int.MaxValue)), out var curve)
                ? curve
                : throw row.Wrong("batch_size", $"has no row in the speed table of {application}"),
            Adaptive = _curves[(application, AdaptiveBatch)],
        };
    }

    private void ReadCurves(string application)
    {
        var rows = Read(Path.Combine("speed", $"speed-fixed-{application}.csv")).Rows
            .Select(row => (Batch: row.Count("batch_size", 1, int.MaxValue), Row: row))
            .Concat(Read(Path.Combine("speed", $"speed-adaptive-{application}.csv")).Rows
                .Select(row => (Batch: AdaptiveBatch, Row: row)));
        foreach (var table in rows.GroupBy(row => row.Batch, row => row.Row))
        {
            var seconds = Seconds(table);
            _curves[(application, table.Key)] = seconds.ContainsKey(1)
                ? new(seconds)
                : throw table.First().Wrong("gpus", "stands in a table without a row of 1 GPU");
        }

        if (!_curves.ContainsKey((application, AdaptiveBatch)))
        {
            throw new InvalidDataException($"speed-adaptive-{application}.csv has no rows");
        }
    }

    /// <summary>The flat model: of the rows of a count the one on as few nodes as hold it.</summary>
    private static Dictionary<int, double> Seconds(IEnumerable<CsvRows.Row> table)
    {
        var seconds = new Dictionary<int, double>();
        foreach (var row in table)
        {
            var gpus = row.Count("gpus", 1, SpeedCurve.MaxGpus);
            if (row.Count("nodes", 1, gpus) == (gpus + NodeGpus - 1) / NodeGpus
                && !seconds.TryAdd(gpus, row.Number("seconds_per_epoch", SpeedCurve.LeastSeconds, MaxSeconds)))
            {
                throw row.Wrong("gpus", "comes twice");
            }
        }

        return seconds;
    }

    private CsvRows Read(string file)
    {
        var path = Path.Combine(_path, file);
        return File.Exists(path) ? CsvRows.Read(path) : throw new InvalidDataException($"{path} is missing");
    }
}
