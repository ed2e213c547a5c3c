using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary>Looks at the server until what was asked for has happened.</summary>
/// <param name="client">Asks it.</param>
/// <param name="environment">Shows the wait, and measures it.</param>
/// <param name="timeout">The longest wait; what has not happened then is a failure.</param>
internal sealed class JobWait(SluiceClient client, CliEnvironment environment, TimeSpan timeout)
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A server that is being restarted is waited for this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Until the job runs, or has completed.</summary>
    public Task<SeenJob> UntilItRunsAsync(string name, CancellationToken cancellationToken) =>
        UntilAsync(
            name,
            "to run",
            description => description.RunningSince is not null || HasCompleted(description),
            cancellationToken);

    /// <summary>
    /// Until the job runs with so many GPUs a replica and no change of them is pending, or has completed.
    /// </summary>
    public Task<SeenJob> UntilItRunsWithAsync(string name, int gpus, CancellationToken cancellationToken) =>
        UntilAsync(
            name,
            $"to run with {Numbers.Count(gpus, "GPU")}",
            description => HasCompleted(description)
                || (description is { RunningSince: not null, AtNextCheckpoint: null }
                    && description.Job.GpuAssigned == gpus),
            cancellationToken);

    /// <summary>Until nothing of deleted jobs runs or holds GPUs any more.</summary>
    public Task UntilGoneAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        LookAsync(
            $"waiting for {string.Join(", ", names)} to end",
            async () =>
            {
                var view = await client.ReadCapacityAsync(cancellationToken);
                var left = view.Allocations
                    .Where(allocation => allocation.IsEnding && names.Contains(allocation.JobName))
                    .ToArray();
                return new Look<CapacityView>(view, left.Length == 0, left.Length == 0 ? "" : Left(left));
            },
            cancellationToken);

    private static string Left(AllocationView[] left) =>
        $"{string.Join(", ", left.Select(one => one.JobName))} still held "
            + Numbers.Count(left.Sum(one => one.HeldGpus), "GPU");

    private static bool HasCompleted(JobDescription description) => description.Job.Status == JobStatus.Completed;

    private Task<SeenJob> UntilAsync(
        string name, string what, Func<JobDescription, bool> isDone, CancellationToken cancellationToken) =>
        LookAsync(
            $"waiting for {name} {what}",
            async () =>
            {
                var answer = SluiceClient.Accepted(await client.DescribeAsync(name, cancellationToken));
                var description = answer.Read<JobDescription>();
                return description.Job.Status == JobStatus.Failed
                    ? throw CliFailure.Refused(HasFailed(description))
                    : new Look<SeenJob>(new(description, answer.Text), isDone(description), Now(description));
            },
            cancellationToken);

    private static string HasFailed(JobDescription description) =>
        $"{description.Job.JobName} failed" + (description.Message is { Length: > 0 } why ? $": {why}" : "");

    private static string Now(JobDescription description)
    {
        var job = description.Job;
        var reason = description.Reason is { Length: > 0 } why ? $" ({why})" : "";
        return $"{job.JobName} was {job.Status} with {Numbers.Count(job.GpuAssigned, "GPU")}{reason}";
    }

    private Task<T> LookAsync<T>(string what, Func<Task<Look<T>>> look, CancellationToken cancellationToken) =>
        environment.Progress.ShowAsync(what, async say =>
        {
            var began = environment.Time.GetTimestamp();
            var answeredAt = began;
            var last = "the server did not answer";
            while (true)
            {
                try
                {
                    var seen = await look();
                    if (seen.IsDone)
                    {
                        return seen.Value;
                    }

                    answeredAt = environment.Time.GetTimestamp();
                    last = seen.Now;
                    say($"{what}: {last}");
                }
                catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unreachable
                    && environment.Time.GetElapsedTime(answeredAt) < Patience)
                {
                    // What was asked for is stored: the next server goes on with it.
                }

                if (environment.Time.GetElapsedTime(began) >= timeout)
                {
                    throw CliFailure.Refused($"after {timeout.TotalSeconds:F0} s {last}");
                }

                await Task.Delay(PollInterval, environment.Time, cancellationToken);
            }
        });

    /// <param name="Job">A job as it was last seen.</param>
    /// <param name="Text">The same as the server said it.</param>
    public sealed record SeenJob(JobDescription Job, string Text);

    /// <param name="Value">What was seen.</param>
    /// <param name="IsDone">True: it is what is waited for.</param>
    /// <param name="Now">Otherwise how things are, for people.</param>
    private sealed record Look<T>(T Value, bool IsDone, string Now);
}
