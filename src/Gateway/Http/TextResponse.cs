using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Http;

/// <summary>Writes short answers that are plain text.</summary>
internal static class TextResponse
{
    private static readonly StringValues ContentType = new("text/plain; charset=utf-8");

    /// <summary>Sends one text.</summary>
    public static void Send(HttpContext context, int status, string text)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.ContentType = ContentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, response.BodyWriter);
    }
}
