using Sluice.Gateway.Access;

namespace Sluice.Gateway;

/// <summary>
/// Open by default only on loopback: what listens elsewhere needs tokens, or the word that it is meant.
/// </summary>
public static class GatewayExposure
{
    /// <summary>Looks at all addresses before the server listens, the monitoring one included.</summary>
    /// <param name="urls">Such as <c>http://127.0.0.1:5000</c>.</param>
    /// <param name="options">The gateway's settings.</param>
    /// <returns>Why the server must not start, for people; null: it may.</returns>
    public static string? Check(IEnumerable<string> urls, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(urls);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tokens is not null || options.IsOpen) return null;
        var exposed = urls.FirstOrDefault(
            url => ListenAddress.HostOf(url) is { } host && !ListenAddress.IsLoopback(host));
        return exposed is null
            ? null
            : $"{exposed} can be reached from other machines: give --auth-tokens FILE to ask them for bearer tokens, "
                + "or --open to serve everyone without";
    }
}
