using Sluice.Client;

namespace Sluice.Silo;

/// <summary>Encrypts what a silo opens and what it is reached by.</summary>
internal static class SiloTls
{
    public static void UseClusterTls(this ISiloBuilder silo, SluiceTlsOptions options)
    {
        if (options.IsConfigured)
        {
            silo.UseTls(tls => ClusterTls.Set(tls, options));
        }
    }
}
