using System.Globalization;

namespace Sluice.Bench.Report;

/// <summary>The rows as a table that reads on a terminal and in Markdown alike.</summary>
internal static class ReportTable
{
    private static readonly string[] Headers =
    [
        "work", "jobs", "requests/s", "p50 ms", "p99 ms", "CPU µs", "echo requests/s", "echo CPU µs", "ratio", "target",
        "reached",
    ];

    public static IEnumerable<string> Lines(IEnumerable<ReportRow> rows)
    {
        var cells = rows.Select(CellsOf).Prepend(Headers).ToList();
        var widths = Enumerable.Range(0, Headers.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        yield return Line(Headers, widths);
        yield return $"| {string.Join(" | ", widths.Select((width, column) => Rule(width, column)))} |";
        foreach (var row in cells.Skip(1)) yield return Line(row, widths);
    }

    private static string[] CellsOf(ReportRow row) =>
    [
        row.Work, row.Jobs.ToString("#,0", CultureInfo.InvariantCulture), row.Rate, row.P50, row.P99, row.ServerTime,
        row.Compared, row.ComparedServerTime, row.Ratio, row.Target, row.Reached,
    ];

    private static string Line(string[] cells, int[] widths) =>
        $"| {string.Join(" | ", cells.Select((cell, column) => IsText(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))} |";

    private static string Rule(int width, int column) =>
        IsText(column) ? new string('-', width) : new string('-', width - 1) + ":";

    private static bool IsText(int column) => column == 0 || column >= Headers.Length - 2;
}
