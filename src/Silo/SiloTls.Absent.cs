using Sluice.Client;

namespace Sluice.Silo;

/// <summary>A build without what encrypts; settings that ask for it were refused.</summary>
internal static class SiloTls
{
    public static void UseClusterTls(this ISiloBuilder silo, SluiceTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
    }
}
