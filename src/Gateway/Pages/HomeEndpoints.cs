using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.Pages;

/// <summary>What stands at the root: a word to programs, a page of links to browsers.</summary>
internal static class HomeEndpoints
{
    public static Task GetAsync(HttpContext context)
    {
        // One address, two answers: whoever keeps one must look at what was asked for.
        context.Response.Headers.Vary = "Accept";
        if (HtmlPage.IsAskedFor(context)) return Home().SendAsync(context, StatusCodes.Status200OK);
        TextResponse.Send(context, StatusCodes.Status200OK, "Hello World!");
        return Task.CompletedTask;
    }

    private static HtmlPage Home() => new HtmlPage("Sluice")
        .Add($"<h1>Sluice</h1><p>Elastic GPU jobs, and lists of jobs that independent workers pull from.</p><ul>")
        .Add($"<li><a href=\"get\">Jobs and their progress</a>, of a list whose number you know")
        .Add($"<li><a href=\"lifetime\">Lifetimes</a> of its stages")
        .Add($"<li><a href=\"api/spec.html\">All endpoints</a>, described, to try</ul>");
}
