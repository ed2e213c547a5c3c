using System.Globalization;
using Sluice.Bench.Report;
using Sluice.Bench.Runs;

namespace Sluice.Bench.Queues;

/// <summary>One line of the table, as text.</summary>
internal sealed record QueueRow(IReadOnlyList<string> Cells)
{
    private static readonly string[] Headers =
    [
        "work", "jobs", "workers", "pairs/s", "p50 ms", "p99 ms", "CPU µs", "echo requests/s", "ratio", "target",
        "reached",
    ];

    /// <summary>A pair is two requests; the ratio is that of requests, with as many connections.</summary>
    public static QueueRow OfPairs(string work, long jobs, int workers, Compared measured, Target? target)
    {
        var pairs = Median.Of(measured.Works.Select(round => round.PerSecond)) / 2;
        return new(
        [
            work, Text($"{jobs:#,0}"), Text($"{workers}"), Text($"{pairs:#,0}"),
            Milliseconds(measured, 0.5), Milliseconds(measured, 0.99),
            Text($"{Median.Of(measured.Works.Select(round => 2 * round.ServerMicrosecondsPerRequest)):#,0}"),
            Text($"{Median.Of(measured.Others.Select(round => round.PerSecond)):#,0}"),
            Text($"{measured.MedianRatio:0.00}"), target?.ToString() ?? "", target?.Judge(pairs) ?? "",
        ]);
    }

    public static QueueRow OfSeconds(string work, long jobs, IEnumerable<double> seconds) =>
        new([work, Text($"{jobs:#,0}"), "", Text($"{Median.Of(seconds):0.00} s"), "", "", "", "", "", "", ""]);

    public static IEnumerable<string> Table(IEnumerable<QueueRow> rows) =>
        ReportTable.Lines(Headers, rows.Select(row => row.Cells));

    private static string Milliseconds(Compared measured, double share) => Text(
        $"{Median.Of(measured.Works.Select(round => round.Latencies.Percentile(share).TotalMilliseconds)):0.00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
