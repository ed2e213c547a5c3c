using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sluice.Client;
using Sluice.Hosting;

namespace Sluice.Silo;

/// <summary>
/// Settings of a silo, from the section <c>Silo</c> of the configuration or <c>SLUICE_Silo__…</c> variables.
/// </summary>
public sealed class SiloOptions : IValidatableObject
{
    public const string Section = "Silo";

    /// <summary>One an environment, the same at all silos and gateways; 1 to 150 characters. Default
    /// <c>default</c>.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string ClusterId { get; set; } = "default";

    /// <summary>
    /// The database that all silos of the cluster share, and through which they find each other:
    /// <c>postgres://user@host:port/database</c>, without a password. Default none: the store is SQLite in
    /// <see cref="DataDirectory"/>, and this silo is a cluster of its own.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>File whose first line is the password of <see cref="Database"/>. Default none: PGPASSWORD or the file
    /// of PGPASSFILE has it, or none is needed.</summary>
    public string? DatabasePasswordFile { get; set; }

    /// <summary>
    /// The number of the address under which other silos and clients reach this one. Default <c>127.0.0.1</c>, which is
    /// right for a cluster on one machine alone. Where it is another, nothing is listened on but that address.
    /// </summary>
    [Required]
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>Port between silos. 1 to 65535; default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for gateways and other clients of Orleans. 1 to 65535; default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// Encrypts <see cref="SiloPort"/> and <see cref="GatewayPort"/>. Default: they are not encrypted.
    /// </summary>
    public SluiceTlsOptions Tls { get; set; } = new();

    /// <summary>Where HTTP is served. Default <c>http://127.0.0.1:5000</c>.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:5000";

    /// <summary>
    /// False: <see cref="Url"/> has health and monitoring alone, and gateways of their own serve the rest. Default
    /// true.
    /// </summary>
    public bool HasGateway { get; set; } = true;

    /// <summary>
    /// True: jobs run as processes on this silo's machine. One silo of a cluster only. Default: true without
    /// <see cref="Database"/>, false with one. Not without <see cref="HasGateway"/>, as jobs notify at
    /// <see cref="Url"/>.
    /// </summary>
    public bool? HasLocalExecutor { get; set; }

    /// <summary>
    /// Folder of what this silo alone has: the local executor's files and, without <see cref="Database"/>, everything
    /// durable. Default <c>sluice-data</c>.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = "sluice-data";

    /// <summary>
    /// GPUs that the local executor simulates, 0 to 1,000,000; null: those that <c>nvidia-smi</c> lists. Default null.
    /// </summary>
    [Range(0, 1_000_000)]
    public int? SimulatedGpus { get; set; }

    /// <summary>File of bearer tokens with their roles. Default none: no tokens.</summary>
    public string? AuthTokens { get; set; }

    /// <summary>True: other machines are served without tokens. Default false.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Host names that requests may carry beside loopback and that of <see cref="Url"/>. At most
    /// 1,000.</summary>
    [MaxLength(1000)]
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// How long a silo that is asked to end goes on, so that its calls are answered and its grains leave. 1 s to 10
    /// min; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    private bool RunsJobs => HasLocalExecutor ?? Database is null;

    /// <summary>The settings as they are configured.</summary>
    /// <exception cref="ValidationException">One is not as it must be; names it.</exception>
    public static SiloOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<SiloOptions>() ?? new();
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        return options;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RunsJobs && !HasGateway)
        {
            yield return new(
                $"{Section}:{nameof(HasGateway)} must not be false where jobs run on this machine, as they notify there; "
                + $"set {Section}:{nameof(HasLocalExecutor)} to false, or leave {nameof(HasGateway)} away");
        }

        if (ClusterDatabase.CheckSetting(Database, $"{Section}:{nameof(Database)}") is { } wrong)
        {
            yield return wrong;
        }

        foreach (var problem in Tls.Check($"{Section}:{nameof(Tls)}"))
        {
            yield return problem;
        }
    }

    public ServerOptions ToServerOptions() => new()
    {
        Urls = [Url],
        DataDirectory = DataDirectory,
        Database = Database,
        DatabasePasswordFile = DatabasePasswordFile,
        SharesDatabase = Database is not null,
        HasLocalExecutor = RunsJobs,
        HasGateway = HasGateway,
        SimulatedGpus = SimulatedGpus,
        AuthTokensFile = AuthTokens,
        IsOpen = IsOpen,
        AllowedHosts = [.. AllowedHosts],
    };
}
