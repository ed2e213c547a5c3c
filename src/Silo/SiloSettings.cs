using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Sluice.Silo;

/// <summary>Settings of one silo, from the section <c>Silo</c> of the configuration or <c>SLUICE_Silo__…</c> variables.</summary>
public sealed class SiloSettings
{
    /// <summary>The same for ever: stored state is filed under it.</summary>
    public const string ServiceId = "sluice";

    /// <summary>One an environment; 1–253 characters. Default <c>default</c>.</summary>
    [Required, StringLength(253, MinimumLength = 1)]
    public string ClusterId { get; set; } = "default";

    /// <summary>Connection string of the membership tables on PostgreSQL; null: a cluster of one silo.</summary>
    public string? ClusterDatabase { get; set; }

    /// <summary>The address that other silos reach this one at. Default loopback.</summary>
    [Required]
    public string AdvertisedAddress { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>Port between silos. 1 to 65535; default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients. 1 to 65535; default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Folder of everything durable. Default <c>sluice-data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "sluice-data";

    /// <summary>Throws where a setting is missing or out of its range.</summary>
    /// <exception cref="ValidationException">Names the setting.</exception>
    public void Validate()
    {
        Validator.ValidateObject(this, new(this), validateAllProperties: true);
        if (!IPAddress.TryParse(AdvertisedAddress, out _))
        {
            throw new ValidationException($"{nameof(AdvertisedAddress)} must be an IP address");
        }
    }
}
