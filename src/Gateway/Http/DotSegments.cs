using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Http;

/// <summary>
/// A job may be named <c>.</c> or <c>..</c>, and the web server takes such segments out of a path before any route sees
/// it. Where one stands in the place of a job's name, the path is what was sent.
/// </summary>
internal static class DotSegments
{
    private static readonly string[] Places = ["/get_job/", "/api/v1/jobs/"];

    /// <summary>What may follow a name.</summary>
    private const string Logs = "/logs";

    public static void Keep(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        foreach (var place in Places)
        {
            if (target.StartsWith(place, StringComparison.Ordinal) && target.Length > place.Length
                && target[place.Length] is '.' or '%')
            {
                Keep(context, target, place.Length);
                return;
            }
        }
    }

    private static void Keep(HttpContext context, string target, int nameAt)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var name = path.AsSpan(nameAt);
        if (name.EndsWith(Logs, StringComparison.Ordinal))
        {
            name = name[..^Logs.Length];
        }

        if (IsDots(name))
        {
            context.Request.Path = new PathString(path);
        }
    }

    private static bool IsDots(ReadOnlySpan<char> name)
    {
        var dots = 0;
        while (!name.IsEmpty)
        {
            var length = name[0] == '.' ? 1 : name.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0 || ++dots > 2)
            {
                return false;
            }

            name = name[length..];
        }

        return dots > 0;
    }
}
