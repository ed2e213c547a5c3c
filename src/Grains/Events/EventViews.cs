using System.Text.Json;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Events;

/// <summary>Puts stored events in the words of the contracts. Pure.</summary>
public static class EventViews
{
    /// <summary>A read of at most <paramref name="limit"/> events as a page.</summary>
    public static EventPage Page(EventRows read, int limit) => new(
        [.. read.Rows.Select(Of)],
        // A page that is not full has all that there is, of other jobs too.
        read.Rows.Length == limit ? read.Rows[^1].Number : read.Newest);

    public static ClusterEvent Of(EventRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var happened = row.Event;
        var details = JsonSerializer.Deserialize(happened.Body.Span, GrainsJsonContext.Default.EventDetails)
            ?? throw new InvalidDataException($"event {row.Number} is empty");
        return new()
        {
            Number = row.Number,
            Time = happened.At,
            Job = happened.JobName,
            Uid = happened.Uid,
            Kind = happened.Kind,
            Reason = details.Reason,
            GpusBefore = details.GpusBefore,
            GpusAfter = details.GpusAfter,
            Generation = details.Generation,
            Attempt = details.Attempt,
            Restarts = details.Restarts,
            ExitCode = details.ExitCode,
            LostSeconds = details.LostSeconds,
            AtCheckpoint = details.AtCheckpoint ?? false,
            Node = details.Node,
            Namespace = details.Namespace,
        };
    }
}
