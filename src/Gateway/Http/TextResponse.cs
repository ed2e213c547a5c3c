using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Http;

/// <summary>Writes short answers that are plain text.</summary>
internal static class TextResponse
{
    private static readonly StringValues PlainText = new("text/plain; charset=utf-8");

    /// <summary>Sends one text.</summary>
    public static void Send(HttpContext context, int status, string text) => Send(context, status, text, PlainText);

    /// <summary>Sends one text of a type of its own.</summary>
    public static void Send(HttpContext context, int status, string text, StringValues contentType)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.ContentType = contentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, response.BodyWriter);
    }
}
