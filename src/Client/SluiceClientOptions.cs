using System.ComponentModel.DataAnnotations;

namespace Sluice.Client;

/// <summary>Which cluster a service calls, and how it finds its silos.</summary>
public sealed class SluiceClientOptions : IValidatableObject
{
    /// <summary>The same for ever: what is stored is filed under it.</summary>
    public const string ServiceId = "sluice";

    /// <summary>As the silos are told; one an environment; 1 to 150 characters. Default <c>default</c>.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string ClusterId { get; set; } = "default";

    /// <summary>
    /// The cluster's database, where its silos are listed: <c>postgres://user@host:port/database</c>. Default
    /// none: then <see cref="Gateways"/> are used as they are.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>File whose first line is the password of <see cref="Database"/>. Default none: it is in the URL, or
    /// PGPASSWORD or the file of PGPASSFILE has it.</summary>
    public string? DatabasePasswordFile { get; set; }

    /// <summary>
    /// Silos to connect to, <c>address:port</c> with the number of an address; at most 100. Default none. A service
    /// that is given these needs no database, and knows no silo that is added later.
    /// </summary>
    [MaxLength(100)]
    public IList<string> Gateways { get; } = [];

    /// <summary>
    /// How long an answer is waited for; then the outcome of the call is unknown, and it may be sent again. Calls that
    /// may compute for long have longer times of their own. 1 s to 5 min; default 2 s: longer than the cluster takes to
    /// find a silo that was killed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often the list of silos is read again: calls still go by way of a silo that hangs for so long after the
    /// others have found it. It costs a read. 0.5 s to 5 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Encrypts the connections to the silos. Default: they are not encrypted.</summary>
    public SluiceTlsOptions Tls { get; set; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Database is null == (Gateways.Count == 0))
        {
            yield return new($"either {nameof(Database)} or {nameof(Gateways)} must be set", [nameof(Database)]);
        }

        foreach (var wrong in Tls.Check(nameof(Tls)))
        {
            yield return wrong;
        }
    }
}
