using System.Globalization;
using System.Net;
using Sluice.Lab.Model;

namespace Sluice.Lab.Reports;

/// <summary>
/// A run as a picture: a line a job, from its submission to its completion; the darker, the more GPUs it holds. Below,
/// how many GPUs are held.
/// </summary>
public static class GanttChart
{
    /// <summary>A picture of more jobs is refused.</summary>
    public const int MaxRows = 2000;

    private const int Left = 150;
    private const int ChartWidth = 1000;
    private const int Top = 46;
    private const int UsageHeight = 80;
    private const string Bar = "#1d4ed8";

    /// <exception cref="InvalidOperationException">It has more jobs than a picture can show.</exception>
    public static void Write(TextWriter writer, LabRun run)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(run);
        if (run.Jobs.Length > MaxRows)
        {
            throw new InvalidOperationException($"a picture shows at most {MaxRows} jobs, and there are {run.Jobs.Length}");
        }

        var rowHeight = run.Jobs.Length > 60 ? 7 : 14;
        var scale = new Scale(
            run.Jobs.Min(job => job.Job.SubmittedAt), run.Jobs.Max(job => job.CompletedAt), rowHeight, run.Jobs.Length);
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + ChartWidth + 30}\" height=\"{scale.Height}\" "
            + $"font-family=\"sans-serif\" font-size=\"{Math.Min(11, rowHeight + 1)}\">"));
        writer.Write("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<text x=\"10\" y=\"18\" font-size=\"14\">{Title(run)}</text>"));
        WriteHours(writer, scale);
        var holdings = Holdings(run);
        for (var job = 0; job < run.Jobs.Length; job++)
        {
            WriteJob(writer, scale, run.Jobs[job], job, holdings[job]);
        }

        WriteUsage(writer, scale, run);
        writer.Write("</svg>\n");
    }

    private static string Title(LabRun run) => WebUtility.HtmlEncode(
        $"{run.Workload.Name} · {run.Scenario.Name} · {run.Policy} · {run.GpuCount} GPUs");

    private static void WriteHours(TextWriter writer, Scale scale)
    {
        var step = Math.Max(1, (int)Math.Ceiling((scale.Last - scale.First) / 3600 / 16));
        for (var hour = 0; scale.First + hour * 3600.0 <= scale.Last; hour += step)
        {
            var x = scale.X(scale.First + hour * 3600.0);
            writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<path d=\"M{x:F1} {Top}V{scale.Height - 14}\" stroke=\"#ddd\"/>"
                + $"<text x=\"{x:F1}\" y=\"{Top - 6}\" font-size=\"10\" fill=\"#555\" text-anchor=\"middle\">{hour} h</text>"));
        }
    }

    private static void WriteJob(TextWriter writer, Scale scale, JobOutcome job, int row, List<Holding> holdings)
    {
        var y = scale.Y(row);
        var name = WebUtility.HtmlEncode(job.Job.Name);
        var (x, end) = (scale.X(job.Job.SubmittedAt), scale.X(job.CompletedAt));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Left - 6}\" y=\"{y + scale.RowHeight - 1}\" text-anchor=\"end\">{name}</text>"
            + $"<path d=\"M{x:F1} {y + scale.RowHeight / 2.0:F1}H{end:F1}\" stroke=\"#f59e0b\"/>"));
        foreach (var holding in holdings)
        {
            var shade = 0.25 + 0.75 * Math.Min(1, Math.Log2(holding.Gpus + 1) / 6);
            writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{scale.X(holding.From):F1}\" y=\"{y}\" height=\"{scale.RowHeight - 1}\" "
                + $"width=\"{Math.Max(0.5, scale.X(holding.To) - scale.X(holding.From)):F1}\" "
                + $"fill=\"{Bar}\" fill-opacity=\"{shade:F2}\">"
                + $"<title>{name}: {holding.Gpus} GPUs from {holding.From:F0} s to {holding.To:F0} s</title></rect>"));
        }
    }

    private static void WriteUsage(TextWriter writer, Scale scale, LabRun run)
    {
        var bottom = scale.Height - 16;
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Left - 6}\" y=\"{bottom - UsageHeight + 10}\" text-anchor=\"end\">{run.GpuCount} GPUs</text>"
            + $"<path fill=\"{Bar}\" fill-opacity=\"0.5\" d=\"M{Left} {bottom}"));
        var held = 0;
        var changes = run.Decisions.Select(one => (one.At, Change: one.To - one.From))
            .Concat(run.Jobs.Select((job, index) => (job.CompletedAt, -LastCount(run, index))))
            .OrderBy(change => change.Item1);
        foreach (var (at, change) in changes)
        {
            held += change;
            writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"H{scale.X(at):F1}V{bottom - (double)UsageHeight * held / run.GpuCount:F1}"));
        }

        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"V{bottom}Z\"/>"));
    }

    private static int LastCount(LabRun run, int job) => run.Decisions.Last(one => one.Job == job).To;

    private static List<Holding>[] Holdings(LabRun run)
    {
        var holdings = run.Jobs.Select(_ => new List<Holding>()).ToArray();
        foreach (var group in run.Decisions.GroupBy(one => one.Job))
        {
            LabDecision? before = null;
            foreach (var decision in group)
            {
                Add(before, decision.At);
                before = decision;
            }

            Add(before, run.Jobs[group.Key].CompletedAt);
            void Add(LabDecision? from, double to)
            {
                if (from is { To: > 0 })
                {
                    holdings[group.Key].Add(new(from.At, to, from.To));
                }
            }
        }

        return holdings;
    }

    private readonly record struct Holding(double From, double To, int Gpus);

    private sealed record Scale(double First, double Last, int RowHeight, int Rows)
    {
        public int Height => Top + Rows * RowHeight + UsageHeight + 36;

        public double X(double time) => Left + ChartWidth * (time - First) / Math.Max(1, Last - First);

        public int Y(int row) => Top + row * RowHeight;
    }
}
