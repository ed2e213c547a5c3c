using Sluice.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sluice.Cli.Demo;

/// <summary>A table that is drawn again at each look, with the latest events under it.</summary>
/// <param name="display">Where it is drawn.</param>
/// <param name="time">For the age of checkpoints.</param>
/// <param name="width">Columns of the terminal now.</param>
internal sealed class LiveDemoView(LiveDisplayContext display, TimeProvider time, Func<int> width) : IDemoView
{
    private const int ShownEvents = 8;

    /// <summary>
    /// Lines of an event, less what breaks between words leave empty: with eight events the picture fits 24 lines.
    /// </summary>
    private const double EventLines = 1.75;

    /// <summary>What the columns beside the reason take at most, with eight GPUs.</summary>
    private const int OtherColumns = 74;

    /// <summary>Where there is less room, reasons are told with the events only.</summary>
    private const int LeastReason = 20;

    private readonly Queue<string> _events = new();

    public void Show(DemoSnapshot snapshot, IReadOnlyList<string> events)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        foreach (var line in events)
        {
            Remember(PlainDemoView.Line(snapshot.At, line));
        }

        display.UpdateTarget(Picture(snapshot, _events, time.GetUtcNow(), width()));
    }

    public void Note(string text) => Remember(text);

    /// <summary>Reasons get what room one line has; events have them at more length.</summary>
    internal static IRenderable Picture(
        DemoSnapshot snapshot, IEnumerable<string> events, DateTimeOffset now, int width)
    {
        var kind = snapshot.IsSimulated ? "simulated" : "real";
        var room = width - OtherColumns;
        string[] headers = ["JOB", "STATUS", "GPUS", "", "EPOCHS", "CHECKPOINT"];
        var table = TableOutput.Columns(room < LeastReason ? headers : [.. headers, "REASON"]);
        foreach (var job in snapshot.Jobs)
        {
            string[] cells =
            [
                job.Name,
                job.Status,
                $"{job.Gpus}{(job.Replicas > 1 ? $" × {job.Replicas}" : "")} of "
                    + Numbers.Range(job.GpuReq, job.GpuLim),
                new string('■', job.Gpus * job.Replicas),
                job.TotalEpochs > 0
                    ? $"{Numbers.Short(job.CompletedEpochs)}/{Numbers.Short(job.TotalEpochs)}"
                    : Numbers.Short(job.CompletedEpochs),
                job.LastCheckpointTime is { } at ? Numbers.Age(at, now) + " ago" : "-",
            ];
            table.Row(room < LeastReason
                ? cells
                : [.. cells, job.HasEnded ? "" : Numbers.Shorten(job.Reason, room)]);
        }

        return new Rows(
            [
                new Text(
                    $"{Numbers.Fixed(snapshot.At.TotalSeconds, 0)} s   "
                        + $"{snapshot.Held} of {snapshot.Capacity} {kind} GPUs held",
                    new Style(decoration: Decoration.Bold)),
                Text.Empty,
                table,
                Text.Empty,
                .. events.Select(line => new Text(
                    Numbers.Shorten(line, (int)(EventLines * width)), new Style(decoration: Decoration.Dim))),
            ]);
    }

    private void Remember(string line)
    {
        _events.Enqueue(line);
        if (_events.Count > ShownEvents)
        {
            _events.Dequeue();
        }
    }
}
