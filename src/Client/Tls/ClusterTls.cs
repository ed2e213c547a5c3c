using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Sluice.Client;

/// <summary>Both ends of a connection show a certificate of the cluster's authority, whoever opened it.</summary>
internal static class ClusterTls
{
    public static bool IsBuiltIn => true;

    /// <summary>Not compared with anything, but a handshake wants one.</summary>
    private const string TargetHost = "sluice";

    /// <exception cref="ValidationException">A file cannot be used; names it.</exception>
    public static void UseClusterTls(this IClientBuilder client, SluiceTlsOptions options)
    {
        if (options.IsConfigured)
        {
            client.UseTls(tls => Set(tls, options));
        }
    }

    /// <summary>For what a silo opens and what it is reached by.</summary>
    /// <exception cref="ValidationException">A file cannot be used; names it.</exception>
    public static void Set(TlsOptions tls, SluiceTlsOptions options)
    {
        if (options.Check("Tls").FirstOrDefault() is { } wrong)
        {
            throw new ValidationException(wrong.ErrorMessage);
        }

        var authorities = new X509Certificate2Collection();
        Read(options.AuthorityFile!, () => authorities.ImportFromPemFile(options.AuthorityFile!));
        if (authorities.Count == 0)
        {
            throw new ValidationException($"{options.AuthorityFile} has no certificate");
        }

        Read(options.CertificateFile!, () => tls.LocalCertificate = X509Certificate2.CreateFromPemFile(
            options.CertificateFile!, options.KeyFile!));
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, presented, _) => IsOfCluster(certificate, presented, authorities);
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = TargetHost;
    }

    private static bool IsOfCluster(
        X509Certificate2 certificate, X509Chain? presented, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (presented is not null)
        {
            // What came with it, between it and the authority.
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }

    private static void Read(string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ValidationException($"{file} cannot be used: {problem.Message}", problem);
        }
    }
}
