using System.ComponentModel.DataAnnotations;

namespace Sluice.Executors.Local;

/// <summary>Settings of the executor that runs jobs as processes of this machine.</summary>
/// <remarks>
/// Jobs outlive the server on purpose. Where a service manager runs the server it must end only the server's own
/// process (systemd: <c>KillMode=process</c>), or every restart ends all jobs.
/// </remarks>
public sealed class LocalExecutorOptions : IValidatableObject
{
    /// <summary>Folder of all runs, such as <c>DATA/runs</c>; made where it is missing. Required.</summary>
    [Required]
    public string RunDirectory { get; set; } = "";

    /// <summary>
    /// Program and arguments that start a runner; <c>--dir FOLDER</c> is added. Default: this program with the argument
    /// <c>runner</c>.
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> RunnerCommand { get; set; } = ThisProgramAsRunner();

    /// <summary>
    /// Gives the base address of the gateway that jobs report to. Asked at each start of an attempt, because a server
    /// on a dynamic port knows it only once it listens. Required.
    /// </summary>
    [Required]
    public Func<string>? SluiceUrl { get; set; }

    /// <summary>
    /// The bearer token with which jobs report; 16 to 1,024 characters. Default null: none is asked for.
    /// </summary>
    [StringLength(1024, MinimumLength = 16)]
    public string? ReportToken { get; set; }

    /// <summary>This machine's name as a node; 1–253 characters. Default: its host name in lower case.</summary>
    [Required, StringLength(253, MinimumLength = 1)]
    public string NodeName { get; set; } = DefaultNodeName();

    /// <summary>
    /// Simulated GPUs of this machine, 0 to 1,000,000. Default null: those that <c>nvidia-smi</c> lists.
    /// </summary>
    [Range(0, 1_000_000)]
    public int? GpuCount { get; set; }

    /// <summary>
    /// Simulated nodes that stand in for this machine; wins over <see cref="GpuCount"/>. Default: none. At most 10,000.
    /// </summary>
    [MaxLength(10_000)]
    public IReadOnlyList<LocalNode> SimulatedNodes { get; set; } = [];

    /// <summary>The most GPUs by namespace; a namespace that is absent has no quota. Default: none.</summary>
    public IReadOnlyDictionary<string, int> GpuQuotas { get; set; } = new Dictionary<string, int>();

    /// <summary>From asking processes to end (TERM) to ending them (KILL). 0 s to 1 h; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Output kept of each rank over all its attempts, in bytes; what comes after it is dropped. 4 KiB to 64 GiB;
    /// default 256 MiB.
    /// </summary>
    [Range(4L << 10, 64L << 30)]
    public long LogLimitBytes { get; set; } = 256L << 20;

    /// <summary>
    /// How long the folder of a job that has ended (output and working directory) is kept. 1 h to 3650 d; default 30 d.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan RetentionPeriod { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// The longest wait for a runner to come up, and for <c>nvidia-smi</c>. 1 s to 10 min; default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Variables of the server's environment that jobs inherit; a name may end in <c>*</c>. All others stay with the
    /// server, so that its secrets do not reach jobs.
    /// </summary>
    [Required]
    public IReadOnlyList<string> InheritedVariables { get; set; } =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TZ", "TMPDIR", "LD_LIBRARY_PATH",
        "SLUICE_ROOT", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_*", "PYENV_*", "CUDA_HOME", "CUDA_PATH",
        "NCCL_*",
    ];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var node in SimulatedNodes)
        {
            if (node.Name.Length is < 1 or > 253 || node.GpuCount is < 0 or > 1_000_000)
            {
                yield return Problem(
                    $"node '{node.Name}' with {node.GpuCount} GPUs is out of range", nameof(SimulatedNodes));
            }
        }

        if (SimulatedNodes.DistinctBy(node => node.Name, StringComparer.Ordinal).Count() < SimulatedNodes.Count)
        {
            yield return Problem("two nodes have the same name", nameof(SimulatedNodes));
        }

        foreach (var (name, gpuCount) in GpuQuotas.Where(quota => quota.Value < 0))
        {
            yield return Problem($"namespace '{name}' has a quota of {gpuCount}; 0 is the least", nameof(GpuQuotas));
        }
    }

    private static ValidationResult Problem(string message, string field) => new($"{field}: {message}", [field]);

    private static List<string> ThisProgramAsRunner()
    {
        var program = Environment.ProcessPath ?? "sluice";
        var isSharedHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.Ordinal);
        return isSharedHost ? [program, Environment.GetCommandLineArgs()[0], "runner"] : [program, "runner"];
    }

    private static string DefaultNodeName()
    {
        // Host names are case-insensitive and so are node names to people.
        var name = Environment.MachineName.ToLowerInvariant();
        return name.Length > 0 ? name : "local";
    }
}
