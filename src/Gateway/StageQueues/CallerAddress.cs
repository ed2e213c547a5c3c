using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.StageQueues;

/// <summary>
/// Where a request comes from, as limits count it: an address of version 4, or the /64 that one of version 6 is in, as
/// whoever has one of those addresses has them all.
/// </summary>
/// <param name="Bits">Of the address, or of the /64.</param>
/// <param name="Family">Tells equal bits of the two versions apart; unspecified: a local socket.</param>
internal readonly record struct CallerAddress(ulong Bits, AddressFamily Family)
{
    public static CallerAddress Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    public static CallerAddress Of(IPAddress? address)
    {
        if (address is null) return new(0, AddressFamily.Unspecified);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily is AddressFamily.InterNetwork
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), AddressFamily.InterNetwork)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), AddressFamily.InterNetworkV6);
    }
}
