using System.Net;

namespace Sluice.Gateway.Access;

/// <summary>Reads the addresses on which the web server is told to listen, as it understands them.</summary>
internal static class ListenAddress
{
    /// <summary>The host of an address such as <c>http://*:5000</c>; null for a local socket.</summary>
    public static string? HostOf(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? url : url[(scheme + 3)..];
        if (rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var (host, _) = HostAndPort.Split(authority);
        return host.IsEmpty ? null : host.ToString();
    }

    /// <summary>True for what means every address of the machine.</summary>
    public static bool IsAnyAddress(string host) =>
        host is "*" or "+" || (IPAddress.TryParse(host, out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    /// <summary>
    /// True where only this machine can reach it. A name other than localhost counts as open: the web server listens
    /// on every address for it.
    /// </summary>
    public static bool IsLoopback(string host) => HostAndPort.IsLoopback(host);
}
