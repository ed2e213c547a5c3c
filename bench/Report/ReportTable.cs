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

    public static IEnumerable<string> Lines(IEnumerable<ReportRow> rows) => Lines(Headers, rows.Select(CellsOf));

    /// <summary>The first and the last two columns are text, the others numbers.</summary>
    public static IEnumerable<string> Lines(
        IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var cells = rows.Prepend(headers).ToList();
        var areText = headers.Select((_, column) => column == 0 || column >= headers.Count - 2).ToArray();
        var widths = headers.Select((_, column) => cells.Max(row => row[column].Length)).ToArray();
        yield return Line(headers.Select(Padded));
        yield return Line(widths.Select(
            (width, column) => areText[column] ? new string('-', width) : new string('-', width - 1) + ":"));
        foreach (var row in cells.Skip(1)) yield return Line(row.Select(Padded));

        string Padded(string cell, int column) =>
            areText[column] ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string[] CellsOf(ReportRow row) =>
    [
        row.Work, row.Jobs.ToString("#,0", CultureInfo.InvariantCulture), row.Rate, row.P50, row.P99, row.ServerTime,
        row.Compared, row.ComparedServerTime, row.Ratio, row.Target, row.Reached,
    ];
}
