using System.Globalization;
using Sluice.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sluice.Cli.Queue;

/// <summary>A bar for the whole, and one a stage with its counts.</summary>
internal static class QueueProgressView
{
    private const int MostBarWidth = 40;
    private const int LeastBarWidth = 4;

    /// <summary>The columns beside the bar, with a million jobs.</summary>
    private const int OtherWidth = 56;

    public static IRenderable Picture(QueueReport report) => new Bars(report);

    /// <summary>Shows each report in the place of the one before, and nothing any more when the work is done.</summary>
    /// <param name="console">A terminal.</param>
    /// <param name="work">Gets a way to show a report.</param>
    public static async Task<T> ShowLiveAsync<T>(IAnsiConsole console, Func<Action<QueueReport>, Task<T>> work)
    {
        T result = default!;
        await console.Live(Text.Empty).AutoClear(true).StartAsync(async display =>
            result = await work(report => display.UpdateTarget(Picture(report))));
        return result;
    }

    /// <summary>Never 100 % before all is done.</summary>
    public static string Percentage(QueueReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Floor(report.Progress * 1000) / 10:F1} % of {Numbers.Count(report.JobCount, "job")}")
        + $" on the way to stage {report.LastStage}" + (report.Flagged == 0 ? "" : $", {report.Flagged} flagged");

    private static string Bar(double share, int width)
    {
        // What there is shows, however little it is.
        var full = share > 0 ? Math.Clamp((int)(share * width), 1, width) : 0;
        return new string('■', full) + new string('·', width - full);
    }

    private static string Lifetime(double? minutes) => minutes switch
    {
        null => "-",
        0 => "no limit",
        { } limit => $"{Numbers.Short(limit, digits: 3)} min",
    };

    /// <summary>The picture, as wide as its window lets it.</summary>
    private sealed class Bars(QueueReport report) : Renderable
    {
        protected override Measurement Measure(RenderOptions options, int maxWidth) =>
            ((IRenderable)Fit(maxWidth)).Measure(options, maxWidth);

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            ((IRenderable)Fit(maxWidth)).Render(options, maxWidth);

        private Rows Fit(int maxWidth)
        {
            var width = Math.Clamp(maxWidth - OtherWidth, LeastBarWidth, MostBarWidth);
            var table = TableOutput.Columns("STAGE", "", "JOBS", "HANDED OUT", "FLAGGED", "LIFETIME");
            foreach (var stage in report.Stages)
            {
                table.Row(
                    $"{stage.Stage}",
                    Bar(report.JobCount == 0 ? 0 : (double)stage.JobCount / report.JobCount, width),
                    $"{stage.JobCount}",
                    stage.HandedOut == 0 ? "-" : $"{stage.HandedOut}",
                    stage.Flagged == 0 ? "-" : $"{stage.Flagged}",
                    Lifetime(stage.LifetimeMinutes));
            }

            var whole = Percentage(report);
            var bar = Bar(report.Progress, Math.Clamp(maxWidth - whole.Length - 2, LeastBarWidth, width));
            return new Rows(
                new Text($"{bar}  {whole}", new Style(decoration: Decoration.Bold)), Text.Empty, table);
        }
    }
}
