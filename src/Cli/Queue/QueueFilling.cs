using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Cli.Output;

namespace Sluice.Cli.Queue;

/// <summary>What is set beside the jobs; null: it stays as it is.</summary>
internal sealed record QueueSettingsToSet(double[]? Lifetimes, bool? Redeliver, int? MaxAttempts);

/// <summary>Fills one list, and says so.</summary>
internal sealed class QueueFilling(CliEnvironment environment, QueueClient client, QueueNumber number, bool asJson)
{
    private int _sent;

    /// <param name="settings">Set first, so that no job is handed out without them.</param>
    /// <param name="jobs">At the first job.</param>
    /// <param name="batch">Empty.</param>
    /// <param name="cancellationToken">Ends the work between two requests.</param>
    public async Task RunAsync(
        QueueSettingsToSet settings, IAsyncEnumerator<JobToAdd> jobs, JobBatch batch,
        CancellationToken cancellationToken)
    {
        if (number is { IsNew: true, File: null } && !asJson)
        {
            environment.Out.WriteLine($"jobix {number.Text}");
        }

        try
        {
            await SetAsync(settings, cancellationToken);
            await environment.Progress.ShowAsync("sending jobs", async say =>
            {
                await SendAllAsync(jobs, batch, say, cancellationToken);
                return true;
            });
        }
        catch (CliFailure failure) when (number is { IsNew: true, File: null } && asJson)
        {
            throw new CliFailure(failure.ExitCode, $"{failure.Message}; the new list has the number {number.Text}");
        }

        Report((await client.ReadProgressAsync(cancellationToken)).Read<QueueReport>().JobCount);
    }

    private async Task SetAsync(QueueSettingsToSet settings, CancellationToken cancellationToken)
    {
        if (settings.Lifetimes is { } wanted)
        {
            var held = (await client.InitializeAsync(wanted, cancellationToken)).Read<Dictionary<int, double>>();
            if (!wanted.SequenceEqual(held.OrderBy(one => one.Key).Select(one => one.Value)))
            {
                environment.Error.WriteLine(
                    $"sluice: the list has the lifetimes {Lifetimes(held)} already, and keeps them");
            }
        }

        if (settings.Redeliver is not null || settings.MaxAttempts is not null)
        {
            await client.ChangeSettingsAsync(settings.Redeliver, settings.MaxAttempts, cancellationToken);
        }
    }

    private async Task SendAllAsync(
        IAsyncEnumerator<JobToAdd> jobs, JobBatch batch, Action<string> say, CancellationToken cancellationToken)
    {
        do
        {
            batch.Add(jobs.Current);
            if (batch.IsFull)
            {
                await SendAsync(batch, cancellationToken);
                say($"{Numbers.Count(_sent, "job")} sent");
            }
        }
        while (await NextAsync(jobs));

        if (batch.Count > 0)
        {
            await SendAsync(batch, cancellationToken);
        }
    }

    /// <summary>What is wrong further down comes too late to change nothing; it is said how far it came.</summary>
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<JobToAdd> jobs)
    {
        try
        {
            return await jobs.MoveNextAsync();
        }
        catch (CliFailure failure) when (_sent > 0)
        {
            throw new CliFailure(
                failure.ExitCode,
                $"{failure.Message}; {Numbers.Count(_sent, "job")} before it were sent, and may be again");
        }
    }

    private async Task SendAsync(JobBatch batch, CancellationToken cancellationToken)
    {
        await client.AddAsync(batch.Finish(), cancellationToken);
        _sent += batch.Count;
        batch.Clear();
    }

    private void Report(int jobCount)
    {
        if (asJson)
        {
            var done = new JsonObject { ["sent"] = _sent, ["job_count"] = jobCount };
            if (number is { IsNew: true, File: null })
            {
                // As text: many readers of JSON would round a number of so many digits.
                done.Insert(0, "jobix", number.Text);
            }

            environment.Out.WriteLine(done.ToJsonString());
            return;
        }

        environment.Out.WriteLine($"{Numbers.Count(_sent, "job")} sent; the list has {jobCount}");
    }

    private static string Lifetimes(Dictionary<int, double> held) => string.Join(
        '/', held.OrderBy(one => one.Key).Select(one => one.Value.ToString(CultureInfo.InvariantCulture)));
}
