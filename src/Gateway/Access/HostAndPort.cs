using System.Globalization;
using System.Net;

namespace Sluice.Gateway.Access;

/// <summary>Takes <c>host:port</c> apart, as Host and Origin headers carry it.</summary>
internal static class HostAndPort
{
    /// <summary>The host without brackets, and the port; −1 where there is none or it is no number.</summary>
    public static (CharSpan Host, int Port) Split(string authority)
    {
        var text = authority.AsSpan();
        var bracket = text.StartsWith("[") ? text.IndexOf(']') : -1;
        if (bracket > 0)
        {
            var rest = text[(bracket + 1)..];
            return (new(authority, 1, bracket - 1), rest.StartsWith(":") ? ParsePort(rest[1..]) : -1);
        }

        var colon = text.LastIndexOf(':');
        // More than one colon without brackets: an address of version 6 that stands bare.
        return colon < 0 || text.IndexOf(':') != colon
            ? (new(authority, 0, authority.Length), -1)
            : (new(authority, 0, colon), ParsePort(text[(colon + 1)..]));
    }

    /// <summary>True for localhost and the loopback addresses.</summary>
    public static bool IsLoopback(ReadOnlySpan<char> host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.SequenceEqual("127.0.0.1")
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static int ParsePort(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : -1;
}

/// <summary>A part of a text, for tuples, which cannot hold spans.</summary>
internal readonly record struct CharSpan(string Text, int Start, int Length)
{
    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    public override string ToString() => Text.Substring(Start, Length);
}
