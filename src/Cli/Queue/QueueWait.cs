using Sluice.Cli.Client;
using Sluice.Cli.Output;

namespace Sluice.Cli.Queue;

/// <summary>Looks at a list until all its jobs are done.</summary>
/// <param name="client">Asks the server.</param>
/// <param name="environment">Measures the wait.</param>
/// <param name="timeout">The longest wait; what is not done then is a failure.</param>
/// <param name="until">The stage in which a job is done; null: the list's last.</param>
internal sealed class QueueWait(QueueClient client, CliEnvironment environment, TimeSpan timeout, int? until)
{
    private const int PageJobs = 1000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <param name="answer">The first look.</param>
    /// <param name="show">Gets each look.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The last look, at a list that is done.</returns>
    /// <exception cref="CliFailure">A job stays flagged, or the time is up.</exception>
    public async Task<ServerAnswer> UntilDoneAsync(
        ServerAnswer answer, Action<QueueReport> show, CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        var answeredAt = began;
        var report = answer.Read<QueueReport>();
        while (true)
        {
            show(report);
            if (report.IsDone(until ?? report.LastStage))
            {
                return answer;
            }

            if (environment.Time.GetElapsedTime(began) >= timeout)
            {
                throw CliFailure.Refused(
                    $"after {timeout.TotalSeconds:F0} s the list is at {QueueProgressView.Percentage(report)}");
            }

            try
            {
                await MustNotStayFlaggedAsync(report, cancellationToken);
                await Task.Delay(PollInterval, environment.Time, cancellationToken);
                answer = await client.ReadProgressAsync(cancellationToken);
                report = answer.Read<QueueReport>();
                answeredAt = environment.Time.GetTimestamp();
            }
            catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unreachable
                && environment.Time.GetElapsedTime(answeredAt) < QueueClient.Patience)
            {
                // The list is stored: the next server goes on with it.
                await Task.Delay(PollInterval, environment.Time, cancellationToken);
            }
        }
    }

    /// <summary>
    /// A flagged job that waits may still be handed out. One in somebody's hands would have gone back if it were to do
    /// so by itself.
    /// </summary>
    private async Task MustNotStayFlaggedAsync(QueueReport report, CancellationToken cancellationToken)
    {
        if (report.Flagged == 0)
        {
            return;
        }

        var staying = new List<QueuedJob>();
        long? after = null;
        do
        {
            var answer = await client.ReadJobsAsync(after, PageJobs, flagged: true, cancellationToken);
            var page = answer.Read<QueuedJobPage>();
            staying.AddRange(page.Jobs.Where(job => job.HandedOut && job.FlaggedAt is not null));
            after = page.Next;
        }
        while (after is not null);

        if (staying.Count > 0)
        {
            var stages = string.Join(", ", staying.Select(job => job.Jobstage).Distinct().Order());
            throw CliFailure.Refused(
                $"{Numbers.Count(staying.Count, "job")} over their time in stage {stages}; "
                    + "'sluice queue expired' shows them, 'sluice queue redo STAGE' lets them be done again");
        }
    }
}
