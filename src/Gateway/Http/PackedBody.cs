using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Http;

/// <summary>
/// The body of a request that may be compressed, by zlib or as gzip, or plain: its first bytes tell, whatever the
/// headers say. It is read into memory of its own, which what is made of it may keep.
/// </summary>
internal static class PackedBody
{
    private const int FirstBytes = 16 * 1024;
    private const int MaxFirstBytes = 1024 * 1024;

    /// <summary>How much compressed text commonly grows.</summary>
    private const int UsualRatio = 6;

    private enum Packing
    {
        None = 0,
        Zlib = 1,
        Gzip = 2,
    }

    /// <summary>Reads to the end, and unpacks.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">Of the body, and of what it unpacks to.</param>
    /// <exception cref="BadHttpRequestException">
    /// It is larger, not as HTTP has it, or no whole compressed data.
    /// </exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int maxBytes)
    {
        var body = await ReadAllAsync(context, maxBytes);
        return PackingOf(body.Span) switch
        {
            Packing.Zlib => Unpack(body, Packing.Zlib, maxBytes),
            Packing.Gzip => Unpack(body, Packing.Gzip, maxBytes),
            _ => body,
        };
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAllAsync(HttpContext context, int maxBytes)
    {
        // The web server's own limit is below some of ours; and past it the connection is closed on a client that still
        // sends, and so does not read why.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        var length = context.Request.ContentLength;
        if (length > maxBytes) throw TooLarge(maxBytes);

        // What a client says that it will send is believed only so far. One byte more than the length shows the end.
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min((length ?? FirstBytes) + 1, MaxFirstBytes));
        var count = 0;
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(buffer.AsMemory(count), context.RequestAborted);
            if (read == 0) return buffer.AsMemory(0, count);
            count += read;
            if (count > maxBytes) throw TooLarge(maxBytes);
            if (count == buffer.Length) buffer = Grow(buffer, maxBytes);
        }
    }

    private static Packing PackingOf(ReadOnlySpan<byte> body)
    {
        const int deflate = 8;
        const int largestWindow = 7;
        const int headerMultiple = 31;
        if (body.Length < 2) return Packing.None;
        if (body is [0x1f, 0x8b, ..]) return Packing.Gzip;
        return (body[0] & 0xf) == deflate && body[0] >> 4 <= largestWindow
            && ((body[0] << 8) | body[1]) % headerMultiple == 0
                ? Packing.Zlib
                : Packing.None;
    }

    private static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> body, Packing packing, int maxBytes)
    {
        var packed = new PackedBytes(body);
        using Stream plain = packing is Packing.Zlib
            ? new ZLibStream(packed, CompressionMode.Decompress)
            : new GZipStream(packed, CompressionMode.Decompress);
        var name = packing is Packing.Zlib ? "zlib" : "gzip";
        var buffer = GC.AllocateUninitializedArray<byte>(
            (int)Math.Clamp((long)body.Length * UsualRatio, FirstBytes, maxBytes + 1L));
        var count = 0;
        try
        {
            for (int read; (read = plain.Read(buffer.AsSpan(count))) > 0;)
            {
                count += read;
                if (count > maxBytes) throw TooLarge(maxBytes);
                if (count == buffer.Length) buffer = Grow(buffer, maxBytes);
            }
        }
        catch (InvalidDataException)
        {
            throw Bad($"the body is no valid {name} data");
        }

        // A gzip reader asks for one more byte, as another member may follow.
        var isWhole = packing is Packing.Zlib ? packed.IsReadToEnd : packed.IsReadToForeign;
        return isWhole
            ? buffer.AsMemory(0, count)
            : throw Bad($"the body is no valid {name} data: it is cut off, or something follows its end");
    }

    private static byte[] Grow(byte[] buffer, int maxBytes)
    {
        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(buffer.Length * 2L, maxBytes + 1L));
        buffer.CopyTo(larger, 0);
        return larger;
    }

    private static BadHttpRequestException TooLarge(int maxBytes) => new(
        $"the body must be at most {maxBytes} bytes, before and after it is unpacked",
        StatusCodes.Status413PayloadTooLarge);

    private static BadHttpRequestException Bad(string problem) => new(problem, StatusCodes.Status400BadRequest);
}
