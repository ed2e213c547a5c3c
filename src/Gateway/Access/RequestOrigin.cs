using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Access;

/// <summary>
/// Tells a person's own request from one that a web page makes this person's browser send: such a page has a foreign
/// origin, or has bound a name of its own to this machine's address.
/// </summary>
internal sealed class RequestOrigin(IEnumerable<string> allowedHosts)
{
    private readonly FrozenSet<string> _allowedHosts = allowedHosts
        .Select(host => host.Trim('[', ']')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with where a request comes from or goes to; null: nothing.</summary>
    public string? FindProblem(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Host is not [{ } authority]) return "Host is missing";
        var (host, port) = HostAndPort.Split(authority);
        if (!IsOwn(host.Span, context)) return "Host is neither loopback nor configured";
        if (headers["Sec-Fetch-Site"] is [.., { } site]
            && site.Contains("cross-site", StringComparison.OrdinalIgnoreCase))
        {
            return "Sec-Fetch-Site is cross-site";
        }

        return headers.Origin is { Count: > 0 } origin
            && (origin is not [{ } only] || IsForeign(only, host.Span, port, context.Request.Scheme))
            ? "Origin is foreign"
            : null;
    }

    /// <summary>
    /// An address that the connection was really made to counts as configured: to listen there is an explicit choice,
    /// and no page can make a browser send a bare address as the Host of another one.
    /// </summary>
    private bool IsOwn(ReadOnlySpan<char> host, HttpContext context)
    {
        if (HostAndPort.IsLoopback(host)) return true;
        if (_allowedHosts.GetAlternateLookup<ReadOnlySpan<char>>().Contains(host)) return true;
        if (!IPAddress.TryParse(host, out var address)
            || context.Connection.LocalIpAddress is not { } local)
        {
            return false;
        }

        return address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);
    }

    private static bool IsForeign(string origin, ReadOnlySpan<char> host, int port, string scheme)
    {
        var separator = origin.IndexOf("://", StringComparison.Ordinal);
        if (separator < 0) return true;
        var (originHost, originPort) = HostAndPort.Split(origin[(separator + 3)..]);
        return !originHost.Span.Equals(host, StringComparison.OrdinalIgnoreCase)
            || PortOr(originPort, origin.AsSpan(0, separator)) != PortOr(port, scheme);
    }

    private static int PortOr(int port, ReadOnlySpan<char> scheme) =>
        port >= 0 ? port : scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? 443 : 80;
}
