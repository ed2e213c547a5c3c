using System.Globalization;
using Sluice.Bench.Load;
using Sluice.Bench.Runs;

namespace Sluice.Bench.Report;

/// <summary>One line of the table, as text.</summary>
internal sealed record ReportRow(
    string Work, long Jobs, string Rate, string P50, string P99, string ServerTime,
    string Compared, string ComparedServerTime, string Ratio, string Target, string Reached)
{
    private const string None = "";

    public static ReportRow Of(string work, long jobs, Compared measured, Target? target, bool showsBytes = false)
    {
        var ratio = measured.MedianRatio;
        return new ReportRow(
            work,
            jobs,
            RateText(measured.Works, showsBytes),
            Milliseconds(measured.Works, 0.5),
            Milliseconds(measured.Works, 0.99),
            ServerTimeText(measured.Works),
            RateText(measured.Others, showsBytes),
            ServerTimeText(measured.Others),
            Text($"{ratio:0.00}"),
            target?.ToString() ?? None,
            target?.Judge(ratio) ?? None);
    }

    public static ReportRow OfAmount(string work, long jobs, double amount, string amountText, Target target) =>
        new(work, jobs, amountText, None, None, None, None, None, None, target.ToString(), target.Judge(amount));

    private static string RateText(IReadOnlyList<LoadResult> rounds, bool showsBytes)
    {
        var rate = Text($"{Median.Of(rounds.Select(round => round.PerSecond)):#,0}");
        return showsBytes ? $"{rate} ({Text($"{Median.Of(rounds.Select(round => round.MegabytesPerSecond)):#,0}")} MB/s)" : rate;
    }

    private static string ServerTimeText(IReadOnlyList<LoadResult> rounds) =>
        Text($"{Median.Of(rounds.Select(round => round.ServerMicrosecondsPerRequest)):#,0}");

    private static string Milliseconds(IReadOnlyList<LoadResult> rounds, double share) =>
        Text($"{Median.Of(rounds.Select(round => round.Latencies.Percentile(share).TotalMilliseconds)):0.00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
