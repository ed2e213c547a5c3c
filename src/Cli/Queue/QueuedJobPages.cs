using System.Runtime.CompilerServices;
using System.Text.Json;
using Sluice.Cli.Client;

namespace Sluice.Cli.Queue;

/// <summary>Jobs of a list by id, a page at a time.</summary>
/// <param name="client">Asks the server.</param>
/// <param name="flagged">True: only those over their time.</param>
internal sealed class QueuedJobPages(QueueClient client, bool flagged)
{
    /// <summary>With the longest commands a page has 64 MiB.</summary>
    private const int PageJobs = 1000;

    /// <summary>As they are understood.</summary>
    public async IAsyncEnumerable<QueuedJob> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var answer in ReadAnswersAsync(cancellationToken))
        {
            foreach (var job in answer.Read<QueuedJobPage>().Jobs)
            {
                yield return job;
            }
        }
    }

    /// <summary>As the server says them, whatever fields they have.</summary>
    public async IAsyncEnumerable<JsonElement> ReadRawAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var answer in ReadAnswersAsync(cancellationToken))
        {
            using var document = answer.Read<JsonDocument>();
            foreach (var job in document.RootElement.GetProperty("jobs").EnumerateArray())
            {
                yield return job;
            }
        }
    }

    /// <summary>As one document in the form of a page, however many there are.</summary>
    public async Task WriteJsonAsync(TextWriter output, int max, CancellationToken cancellationToken)
    {
        var count = 0;
        await output.WriteAsync("""{"jobs":[""");
        await foreach (var job in ReadRawAsync(cancellationToken))
        {
            if (count == max)
            {
                break;
            }

            await output.WriteAsync((count++ == 0 ? "" : ",") + job.GetRawText());
        }

        await output.WriteLineAsync("]}");
    }

    private async IAsyncEnumerable<ServerAnswer> ReadAnswersAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? after = null;
        do
        {
            var answer = await client.ReadJobsAsync(after, PageJobs, flagged, cancellationToken);
            var next = answer.Read<Position>().Next;
            yield return answer;
            // A server that does not come forward would be asked for ever.
            after = next > after || after is null ? next : null;
        }
        while (after is not null);
    }

    private sealed record Position(long? Next);
}
