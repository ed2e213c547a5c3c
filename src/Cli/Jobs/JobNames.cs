using System.CommandLine;
using System.CommandLine.Completions;
using Sluice.Cli.Client;

namespace Sluice.Cli.Jobs;

/// <summary>
/// Names of jobs for a shell that completes a command line; none where the server does not answer at once.
/// </summary>
internal sealed class JobNames(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
{
    /// <summary>More are no help to a person.</summary>
    private const int MaxNames = 1000;

    /// <summary>Longer than this a person does not wait for a key.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, environment.Time);
            using var client = connect(context.ParseResult);
            return Read(client, patience.Token);
        }
        catch (Exception exception) when (exception is CliFailure or OperationCanceledException)
        {
            return [];
        }
    }

    // Completions are asked for by a synchronous call, in a process that does nothing else.
    private static CompletionItem[] Read(SluiceClient client, CancellationToken cancellationToken)
    {
        var answer = client.ListJobsAsync(MaxNames, cancellationToken).GetAwaiter().GetResult();
        return answer.IsSuccess
            ? [.. answer.Read<Named[]>().Select(job => new CompletionItem(job.JobName))]
            : [];
    }

    private sealed record Named(string JobName);
}
