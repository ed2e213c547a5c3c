using System.ComponentModel.DataAnnotations;

namespace Sluice.Client;

/// <summary>A build without what encrypts.</summary>
internal static class ClusterTls
{
    public static bool IsBuiltIn => false;

    /// <exception cref="ValidationException">It is to encrypt, and cannot.</exception>
    public static void UseClusterTls(this IClientBuilder client, SluiceTlsOptions options)
    {
        if (options.IsConfigured)
        {
            throw new ValidationException(options.Check("Tls").First().ErrorMessage);
        }
    }
}
