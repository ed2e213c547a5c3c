using System.Runtime.CompilerServices;
using Sluice.Cli.Client;
using Sluice.Grains.Interfaces.Events;

namespace Sluice.Cli.Events;

/// <summary>
/// Reads on from page to page, by number: none is lost or comes twice, also where the server is started anew meanwhile.
/// </summary>
internal sealed class EventFollower(SluiceClient client, string? job, TimeProvider time)
{
    /// <summary>Between two looks, so that many events cost few.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long the server may hold a look for which there is nothing yet; under a request's timeout.
    /// </summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>A server that is being restarted is waited for this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The answers after <paramref name="first"/>, itself included, until it is cancelled.</summary>
    public async IAsyncEnumerable<ServerAnswer> FollowAsync(
        ServerAnswer first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return first;
        var next = first.Read<EventPage>().Next;
        var awayAt = (long?)null;
        while (true)
        {
            var isFull = false;
            if (await TryReadAsync(next, awayAt, cancellationToken) is { } answer)
            {
                yield return answer;
                var page = answer.Read<EventPage>();
                (next, awayAt, isFull) = (page.Next, null, page.Events.Length == EventQuery.MaxEvents);
            }
            else
            {
                awayAt ??= time.GetTimestamp();
            }

            if (!isFull)
            {
                await Task.Delay(PollInterval, time, cancellationToken);
            }
        }
    }

    /// <summary>Null: the server is away, and not for too long.</summary>
    private async Task<ServerAnswer?> TryReadAsync(long after, long? awayAt, CancellationToken cancellationToken)
    {
        try
        {
            return SluiceClient.Accepted(
                await client.ReadEventsAsync(job, after, EventQuery.MaxEvents, Wait, cancellationToken));
        }
        catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unreachable
            && (awayAt is not { } since || time.GetElapsedTime(since) < Patience))
        {
            return null;
        }
    }
}
