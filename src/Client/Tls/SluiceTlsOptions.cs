using System.ComponentModel.DataAnnotations;

namespace Sluice.Client;

/// <summary>
/// Encrypts the connections of silos and their clients, and lets in only who has a certificate of the cluster's own
/// authority. All three files are set, or none; all silos and clients of a cluster have them, or none. They are PEM,
/// and read at the start.
/// </summary>
/// <remarks>
/// It takes a build with <c>-p:SiloTls=true</c>, as the package that it needs is not on every mirror. In any other, it
/// is an error to set them.
/// </remarks>
public sealed class SluiceTlsOptions
{
    /// <summary>
    /// The certificate of this process. Where it says what it may be used for, that is the authentication of servers and
    /// of clients. Default none: connections are not encrypted.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>The private key of <see cref="CertificateFile"/>, without a passphrase. Default none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// The certificates of the authorities that sign those of silos and clients, and of nobody else: who has one may
    /// call everything. Names in certificates are not compared. Default none.
    /// </summary>
    public string? AuthorityFile { get; set; }

    internal bool IsConfigured => CertificateFile is not null || KeyFile is not null || AuthorityFile is not null;

    /// <summary>Checks them as the settings of a process.</summary>
    /// <param name="section">Names them in messages, such as <c>Silo:Tls</c>.</param>
    /// <returns>What is wrong; nothing: they are right as far as can be seen.</returns>
    public IEnumerable<ValidationResult> Check(string section)
    {
        if (!IsConfigured)
        {
            yield break;
        }

        if (!ClusterTls.IsBuiltIn)
        {
            yield return new(
                $"{section}: this build cannot encrypt connections; build it with -p:SiloTls=true, which needs the package "
                + "Microsoft.Orleans.Connections.Security");
            yield break;
        }

        foreach (var (name, file) in new[]
        {
            (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile),
            (nameof(AuthorityFile), AuthorityFile),
        })
        {
            if (file is null)
            {
                yield return new(
                    $"{section}:{name} is missing: {nameof(CertificateFile)}, {nameof(KeyFile)} and "
                    + $"{nameof(AuthorityFile)} are set together");
            }
            else if (!File.Exists(file))
            {
                yield return new($"{section}:{name}: there is no file {file}");
            }
        }
    }
}
