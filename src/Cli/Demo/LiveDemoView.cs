using Sluice.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sluice.Cli.Demo;

/// <summary>A table that is drawn again at each look, with the latest events under it.</summary>
internal sealed class LiveDemoView(LiveDisplayContext display, TimeProvider time) : IDemoView
{
    private const int ShownEvents = 8;

    private readonly Queue<string> _events = new();

    public void Show(DemoSnapshot snapshot, IReadOnlyList<string> events)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        foreach (var line in events)
        {
            Remember(PlainDemoView.Line(snapshot.At, line));
        }

        display.UpdateTarget(Picture(snapshot, _events, time.GetUtcNow()));
    }

    public void Note(string text) => Remember(text);

    internal static IRenderable Picture(DemoSnapshot snapshot, IEnumerable<string> events, DateTimeOffset now)
    {
        var kind = snapshot.IsSimulated ? "simulated" : "real";
        var table = TableOutput.Columns("JOB", "STATUS", "GPUS", "", "EPOCHS", "CHECKPOINT", "REASON");
        foreach (var job in snapshot.Jobs)
        {
            table.Row(
                job.Name,
                job.Status,
                $"{job.Gpus}{(job.Replicas > 1 ? $" × {job.Replicas}" : "")} of "
                    + Numbers.Range(job.GpuReq, job.GpuLim),
                new string('■', job.Gpus * job.Replicas),
                job.TotalEpochs > 0
                    ? $"{Numbers.Short(job.CompletedEpochs)}/{Numbers.Short(job.TotalEpochs)}"
                    : Numbers.Short(job.CompletedEpochs),
                job.LastCheckpointTime is { } at ? Numbers.Age(at, now) + " ago" : "-",
                job.HasEnded ? "" : job.Reason);
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
                .. events.Select(line => new Text(line, new Style(decoration: Decoration.Dim))),
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
