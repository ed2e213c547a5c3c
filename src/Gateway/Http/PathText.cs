using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Sluice.Gateway.Http;

/// <summary>Reads texts out of a request's path.</summary>
internal static class PathText
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// A percent-decoded segment of the path. The web server leaves <c>%2F</c> as it is, and so cannot be told apart
    /// from <c>%252F</c>: where a percent sign is left, the segment is read again from what was sent.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="parameter">The route's name for the segment.</param>
    /// <param name="fromEnd">Segments after it.</param>
    /// <returns>Null where it is no valid text.</returns>
    public static string? Segment(HttpContext context, string parameter, int fromEnd = 0)
    {
        var text = context.GetRouteValue(parameter) as string;
        return text is null || !text.Contains('%', StringComparison.Ordinal)
            ? text
            : Decode(RawSegment(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, fromEnd));
    }

    private static ReadOnlySpan<char> RawSegment(string target, int fromEnd)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = (query < 0 ? target : target.AsSpan(0, query)).TrimEnd('/');
        for (; fromEnd > 0; fromEnd--) path = path[..Math.Max(path.LastIndexOf('/'), 0)];
        return path[(path.LastIndexOf('/') + 1)..];
    }

    private static string? Decode(ReadOnlySpan<char> segment)
    {
        // What follows a percent sign may be no number: such a sign stands for itself, as the web server has it.
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(segment.Length));
        try
        {
            var length = 0;
            while (!segment.IsEmpty)
            {
                if (segment[0] == '%' && segment.Length >= 3
                    && Convert.FromHexString(segment.Slice(1, 2), bytes.AsSpan(length), out _, out _)
                        is OperationStatus.Done)
                {
                    length++;
                    segment = segment[3..];
                    continue;
                }

                length += Encoding.UTF8.GetBytes(segment[..1], bytes.AsSpan(length));
                segment = segment[1..];
            }

            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
