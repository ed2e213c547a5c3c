using Sluice.Manifests;

namespace Sluice.Hosting;

/// <summary>How one server process runs.</summary>
public sealed record ServerOptions
{
    /// <summary>Addresses to listen on, such as <c>http://127.0.0.1:5000</c>; at least one.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>
    /// Folder of everything durable; made where it does not exist. Null: the process keeps nothing, and has neither
    /// grains nor jobs.
    /// </summary>
    public required string? DataDirectory { get; init; }

    /// <summary>
    /// The PostgreSQL database that the store is in (<see cref="Sluice.Storage.Postgres.PostgresOptions.Url"/>); null:
    /// the store is SQLite in <see cref="DataDirectory"/>.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>
    /// File with the password of <see cref="Database"/>; null: none is needed, or the environment has it.
    /// </summary>
    public string? DatabasePasswordFile { get; init; }

    /// <summary>True: other processes of a cluster have their stores in <see cref="Database"/> too.</summary>
    public bool SharesDatabase { get; init; }

    /// <summary>False: no job runs on this machine. Default true.</summary>
    public bool HasLocalExecutor { get; init; } = true;

    /// <summary>False: only health and monitoring are served over HTTP. Default true.</summary>
    public bool HasGateway { get; init; } = true;

    /// <summary>GPUs of one simulated node; null: the GPUs of this machine.</summary>
    public int? SimulatedGpus { get; init; }

    /// <summary>Several simulated nodes; null: none. Not together with <see cref="SimulatedGpus"/>.</summary>
    public IReadOnlyList<(string Name, int Gpus)>? SimulatedNodes { get; init; }

    /// <summary>The most GPUs a namespace may hold; a namespace that is absent has no quota.</summary>
    public IReadOnlyDictionary<string, int> Quotas { get; init; } = new Dictionary<string, int>();

    /// <summary><c>immediate</c> (default) or <c>after-checkpoint</c>; a job's own annotation wins.</summary>
    public string ScaleMode { get; init; } = ScaleModes.Immediate;

    /// <summary>Name of the policy that decides; null: as the settings say, <c>recent-checkpoint</c> by default.</summary>
    public string? Policy { get; init; }

    /// <summary>File of bearer tokens with their roles; null: no tokens.</summary>
    public string? AuthTokensFile { get; init; }

    /// <summary>True: other addresses than loopback are served without tokens.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Host names that requests may carry, beside loopback.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Where the monitoring routes are served as well; null: nowhere else.</summary>
    public string? MonitoringHost { get; init; }

    /// <summary>The port that goes with <see cref="MonitoringHost"/>.</summary>
    public int? MonitoringPort { get; init; }

    /// <summary>All addresses to listen on, the monitoring one included.</summary>
    internal IReadOnlyList<string> AllUrls =>
        MonitoringPort is { } port ? [.. Urls, $"http://{MonitoringHost}:{port}"] : Urls;

    /// <summary>From TERM to KILL when a job is stopped; 0 s to 1 h; default 10 s.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(10);
}
