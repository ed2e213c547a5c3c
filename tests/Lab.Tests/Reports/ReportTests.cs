using System.Xml.Linq;
using Sluice.Lab.Metrics;
using Sluice.Lab.Reports;
using Sluice.Lab.Tests.Support;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Reports;

public sealed class ReportTests
{
    [Fact]
    public void The_picture_has_a_line_a_job_and_a_bar_each_time_it_holds_GPUs()
    {
        var run = Play(Script.OfOneJob(2, (55, 0), (100, 4)).AsPolicy(), "P0", 4, Job("a<b"));

        using var text = new StringWriter();
        GanttChart.Write(text, run);
        var picture = XDocument.Parse(text.ToString());

        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(
            ["a<b: 2 GPUs from 0 s to 55 s", "a<b: 4 GPUs from 100 s to 150 s"],
            picture.Descendants(svg + "title").Select(title => title.Value));
        Assert.Contains(picture.Descendants(svg + "text"), label => label.Value == "small · P0 · script · 4 GPUs");
        Assert.Contains(picture.Descendants(svg + "text"), label => label.Value == "a<b");
    }

    [Fact]
    public void A_file_has_a_column_for_each_metric_and_a_row_for_each_game()
    {
        var run = Play("fifo", "P0", 4, Job("a"));
        using var text = new StringWriter();
        LabTable.WriteCsv(text, [new("P0", 4, "small", "fifo", LabMetrics.Of(run))]);

        var lines = text.ToString().Split('\n');
        Assert.StartsWith("scenario,cluster_gpus,workload,policy,avg_jct,p50_jct,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("P0,4,small,fifo,130,130,", lines[1], StringComparison.Ordinal);
        Assert.Equal(lines[0].Split(',').Length, lines[1].Split(',').Length);
        Assert.Equal(typeof(LabMetrics).GetProperties().Count(one => one.PropertyType == typeof(double)), LabTable.Columns.Length);
    }
}
