using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Pages;

/// <summary>
/// A small web page that loads nothing and runs nothing. What is written in interpolated texts stands as it is, but for
/// what is filled in, which is encoded.
/// </summary>
internal sealed class HtmlPage
{
    private const string Style =
        """
        body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
        body { color: #1b1f24; background: #fff }
        h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d8dee4 }
        td { overflow-wrap: anywhere } .n { text-align: right; font-variant-numeric: tabular-nums }
        progress { width: 100%; height: 1.2rem } .problem { color: #a40e26 } .note { color: #59636e }
        input, button { font: inherit; padding: .3rem .6rem }
        """;

    private static readonly string StyleDigest =
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    private static readonly string SecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{StyleDigest}'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private readonly StringBuilder _html = new();

    public HtmlPage(string title)
    {
        _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
            .Append(HtmlEncoder.Default.Encode(title)).Append("</title><style>").Append(Style)
            .Append("</style></head><body>");
    }

    /// <summary>True: a browser asks, which shows pages.</summary>
    public static bool IsAskedFor(HttpContext context)
    {
        foreach (var accept in context.Request.Headers.Accept)
        {
            if (accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true) return true;
        }

        return false;
    }

    /// <summary>Adds HTML, with what is filled in encoded.</summary>
    public HtmlPage Add([InterpolatedStringHandlerArgument("")] ref Encoded html)
    {
        _ = html;
        return this;
    }

    /// <summary>Sends the whole page.</summary>
    public async Task SendAsync(HttpContext context, int status)
    {
        var bytes = Encoding.UTF8.GetBytes(_html.Append("</body></html>").ToString());
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = bytes.Length;
        response.Headers.ContentSecurityPolicy = SecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        // With "no-referrer" a browser says of its own form that it comes from nowhere, and is refused.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Writes into the page, and encodes what is filled in.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Encoded
    {
        private readonly StringBuilder _html;

        public Encoded(int literalLength, int formattedCount, HtmlPage page)
        {
            // The compiler gives the two; the builder grows by itself.
            _ = (literalLength, formattedCount);
            _html = page._html;
        }

        public void AppendLiteral(string html) => _html.Append(html);

        public void AppendFormatted(string? text) => _html.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
