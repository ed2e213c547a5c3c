using System.Collections.Immutable;
using Sluice.Gateway.Pages;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>The web pages of the stage queue.</summary>
internal static class StageQueuePages
{
    /// <summary>Rows of a table of jobs; there may be a thousand times as many jobs.</summary>
    public const int MaxRows = 1000;

    /// <summary>Asks for the number of a list, which is sent in a body: it must be in no address and no log.</summary>
    /// <param name="title">Of the page that is asked for.</param>
    /// <param name="path">Where that page is.</param>
    /// <param name="problem">Why it is asked again; null: it was not asked yet.</param>
    public static HtmlPage Form(string title, string path, string? problem)
    {
        var page = new HtmlPage(title).Add($"<h1>{title}</h1>");
        if (problem is not null) page.Add($"<p class=\"problem\" role=\"alert\">{problem}</p>");
        return page.Add($"<form method=\"post\" action=\"{path}\"><p><label>Number of your list ")
            .Add($"<input name=\"{ListNumber.Header}\" inputmode=\"numeric\" autocomplete=\"off\" size=\"30\" ")
            .Add($"maxlength=\"{ListNumber.MaxDigits + 1}\" required autofocus></label> ")
            .Add($"<button>Show</button></p></form>");
    }

    public static HtmlPage Lifetimes(StageLifetimes lifetimes)
    {
        var page = new HtmlPage("Lifetimes").Add($"<h1>Lifetimes</h1>");
        if (lifetimes.Minutes.IsEmpty) return page.Add($"<p>No stage of this list has a lifetime.</p>");
        page.Add($"<table><thead><tr><th class=\"n\">Stage<th class=\"n\">Minutes</tr></thead><tbody>");
        for (var stage = 0; stage < lifetimes.Minutes.Length; stage++)
        {
            page.Add($"<tr><td class=\"n\">{stage}<td class=\"n\">{MinutesText(lifetimes.Minutes[stage])}</tr>");
        }

        return page.Add($"</tbody></table>");
    }

    /// <summary>How far a list is, and what is in it.</summary>
    /// <param name="progress">Of the list.</param>
    /// <param name="jobs">The first of them.</param>
    /// <param name="expired">The first of those over their time.</param>
    public static HtmlPage Jobs(StageQueueProgress progress, StageJobPage jobs, StageJobPage expired)
    {
        var page = new HtmlPage("Jobs and their progress").Add($"<h1>Jobs and their progress</h1>");
        // Rounded down: 100.0 % is all of them.
        var permille = Math.Floor(progress.Fraction * 1000);
        page.Add($"<p><strong>{permille / 10:0.0} %</strong> of {progress.JobCount} jobs to stage ")
            .Add($"{progress.LastStage}<br><progress max=\"1000\" value=\"{permille:0}\"></progress></p>");
        AddStages(page, progress);
        AddJobs(page, "Jobs", progress.JobCount, jobs.Jobs, areExpired: false);
        AddJobs(page, "Expired jobs", progress.FlaggedCount, expired.Jobs, areExpired: true);
        return page;
    }

    private static void AddStages(HtmlPage page, StageQueueProgress progress)
    {
        page.Add($"<h2>Stages</h2>");
        if (progress.Stages.IsEmpty)
        {
            page.Add($"<p>None holds jobs or has a lifetime.</p>");
            return;
        }

        page.Add($"<table><thead><tr><th class=\"n\">Stage<th class=\"n\">Jobs<th>Share<th class=\"n\">With workers")
            .Add($"<th class=\"n\">Expired<th class=\"n\">Lifetime, minutes</tr></thead><tbody>");
        foreach (var stage in progress.Stages)
        {
            page.Add($"<tr><td class=\"n\">{stage.Stage}<td class=\"n\">{stage.JobCount}<td><progress max=\"")
                .Add($"{Math.Max(progress.JobCount, 1)}\" value=\"{stage.JobCount}\"></progress><td class=\"n\">")
                .Add($"{stage.HandedOutCount}<td class=\"n\">{stage.FlaggedCount}<td class=\"n\">")
                .Add($"{(stage.LifetimeMinutes is { } minutes ? MinutesText(minutes) : "none set")}</tr>");
        }

        page.Add($"</tbody></table>");
    }

    private static void AddJobs(
        HtmlPage page, string title, int count, ImmutableArray<StageJobView> jobs, bool areExpired)
    {
        page.Add($"<h2>{title}</h2>");
        if (jobs.IsEmpty)
        {
            page.Add($"<p>None.</p>");
            return;
        }

        if (count > jobs.Length) page.Add($"<p class=\"note\">The first {jobs.Length} of {count}, by id.</p>");
        page.Add($"<table><thead><tr><th class=\"n\">Id<th class=\"n\">Stage<th>Save path<th>Date committed");
        if (areExpired) page.Add($"<th class=\"n\">Failed attempts");
        page.Add($"</tr></thead><tbody>");
        foreach (var job in jobs)
        {
            page.Add($"<tr><td class=\"n\">{job.JobId}<td class=\"n\">{job.Stage}<td>{job.FileName}<td>")
                .Add($"{job.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
            if (areExpired) page.Add($"<td class=\"n\">{job.FailedAttempts}");
            page.Add($"</tr>");
        }

        page.Add($"</tbody></table>");
    }

    private static string MinutesText(double minutes) =>
        minutes == 0 ? "no limit" : FormattableString.Invariant($"{minutes}");
}
