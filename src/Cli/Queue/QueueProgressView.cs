using System.Globalization;
using Sluice.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sluice.Cli.Queue;

/// <summary>A bar for the whole, and one a stage with its counts.</summary>
internal static class QueueProgressView
{
    private const int BarWidth = 40;

    public static IRenderable Picture(QueueReport report)
    {
        var table = TableOutput.Columns("STAGE", "", "JOBS", "HANDED OUT", "FLAGGED", "LIFETIME");
        foreach (var stage in report.Stages)
        {
            table.Row(
                $"{stage.Stage}",
                Bar(report.JobCount == 0 ? 0 : (double)stage.JobCount / report.JobCount),
                $"{stage.JobCount}",
                stage.HandedOut == 0 ? "-" : $"{stage.HandedOut}",
                stage.Flagged == 0 ? "-" : $"{stage.Flagged}",
                Lifetime(stage.LifetimeMinutes));
        }

        return new Rows(
            new Text($"{Bar(report.Progress)}  {Percentage(report)}", new Style(decoration: Decoration.Bold)),
            Text.Empty,
            table);
    }

    /// <summary>Never 100 % before all is done.</summary>
    public static string Percentage(QueueReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Floor(report.Progress * 1000) / 10:F1} % of {Numbers.Count(report.JobCount, "job")}")
        + $" on the way to stage {report.LastStage}" + (report.Flagged == 0 ? "" : $", {report.Flagged} flagged");

    private static string Bar(double share)
    {
        // What there is shows, however little it is.
        var full = share > 0 ? Math.Clamp((int)(share * BarWidth), 1, BarWidth) : 0;
        return new string('■', full) + new string('·', BarWidth - full);
    }

    private static string Lifetime(double? minutes) => minutes switch
    {
        null => "-",
        0 => "no limit",
        { } limit => $"{Numbers.Short(limit, digits: 3)} min",
    };
}
