using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sluice.Hosting;

namespace Sluice.Silo;

/// <summary>
/// Settings of a silo, from the section <c>Silo</c> of the configuration or <c>SLUICE_Silo__…</c> variables.
/// </summary>
public sealed class SiloOptions
{
    public const string Section = "Silo";

    /// <summary>The same for ever: stored state is filed under it.</summary>
    public const string ServiceId = "sluice";

    /// <summary>One an environment; 1–253 characters. Default <c>default</c>.</summary>
    [Required, StringLength(253, MinimumLength = 1)]
    public string ClusterId { get; set; } = "default";

    /// <summary>Where the gateway listens; loopback. Default <c>http://127.0.0.1:5000</c>.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:5000";

    /// <summary>Port between silos. 1 to 65535; default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients. 1 to 65535; default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Folder of everything durable. Default <c>sluice-data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "sluice-data";

    /// <summary>Simulated GPUs, 0 to 1,000,000; null: those that <c>nvidia-smi</c> lists. Default null.</summary>
    [Range(0, 1_000_000)]
    public int? SimulatedGpus { get; set; }

    /// <summary>The settings as they are configured; they are checked with all others, at the start.</summary>
    public static SiloOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<SiloOptions>() ?? new();

    public ServerOptions ToServerOptions() => new()
    {
        Urls = [Url],
        DataDirectory = DataDirectory,
        SimulatedGpus = SimulatedGpus,
    };
}
