using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sluice.Client;
using Sluice.Hosting;

namespace Sluice.GatewayHost;

/// <summary>
/// Settings of a gateway outside of the silos, from the section <c>GatewayHost</c> of the configuration or
/// <c>SLUICE_GatewayHost__…</c> variables. How it handles requests is in the section <c>Gateway</c>, as everywhere.
/// </summary>
public sealed class GatewayHostOptions : IValidatableObject
{
    public const string Section = "GatewayHost";

    /// <summary>As the silos have it; 1 to 150 characters. Default <c>default</c>.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string ClusterId { get; set; } = "default";

    /// <summary>
    /// The cluster's database, where the silos are listed: <c>postgres://user@host:port/database</c>, without a
    /// password. Default none: then <see cref="Silos"/> are used as they are.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>File whose first line is the password of <see cref="Database"/>. Default none: PGPASSWORD or the file
    /// of PGPASSFILE has it, or none is needed.</summary>
    public string? DatabasePasswordFile { get; set; }

    /// <summary>Silos to connect to, <c>address:port</c>; at most 100. Default none.</summary>
    [MaxLength(100)]
    public IList<string> Silos { get; } = [];

    /// <summary>Encrypts the connections to the silos. Default: they are not encrypted.</summary>
    public SluiceTlsOptions Tls { get; set; } = new();

    /// <summary>Where HTTP is served. Default <c>http://127.0.0.1:5000</c>.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:5000";

    /// <summary>File of bearer tokens with their roles. Default none: no tokens.</summary>
    public string? AuthTokens { get; set; }

    /// <summary>True: other machines are served without tokens. Default false.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Host names that requests may carry beside loopback and that of <see cref="Url"/>. At most
    /// 1,000.</summary>
    [MaxLength(1000)]
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The settings as they are configured.</summary>
    /// <exception cref="ValidationException">One is not as it must be; names it.</exception>
    public static GatewayHostOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<GatewayHostOptions>() ?? new();
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        return options;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
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
        DataDirectory = null,
        AuthTokensFile = AuthTokens,
        IsOpen = IsOpen,
        AllowedHosts = [.. AllowedHosts],
    };

    public void Set(SluiceClientOptions client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.ClusterId = ClusterId;
        client.Database = Database;
        client.DatabasePasswordFile = DatabasePasswordFile;
        client.Tls = Tls;
        foreach (var silo in Silos)
        {
            client.Gateways.Add(silo);
        }
    }
}
