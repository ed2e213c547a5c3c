using System.Collections.Immutable;
using Sluice.Cli.Client;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Demo;

/// <summary>Deploys the samples at their times and looks at them until all have ended.</summary>
internal sealed class DemoRun(
    SluiceClient client, ImmutableArray<DemoSample> samples, IDemoView view, TimeProvider time)
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A demo that takes longer has gone wrong; the promise is two minutes.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(20);

    private readonly Utilization _utilization = new();
    private readonly JobTimes _times = new();
    private int _resizes;

    public async Task<DemoResult> RunAsync(
        DemoPlan plan, Func<string?> whyServerEnded, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        DemoSnapshot? last = null;
        for (var deployed = 0; ;)
        {
            while (deployed < samples.Length && time.GetElapsedTime(began) >= samples[deployed].DeployAt)
            {
                SluiceClient.Accepted(await client.DeployAsync(samples[deployed++].Manifest, cancellationToken));
            }

            var now = await LookAsync(began, whyServerEnded, cancellationToken);
            _utilization.Add(now.At, now.Held);
            _times.Add(now);
            _resizes += Resizes(last, now);
            view.Show(now, DemoEvents.Between(last, now));
            last = now;
            if (now.HaveAllEnded(samples.Length) || now.At > MaxDuration)
            {
                return Result(plan, now);
            }

            await Task.Delay(LookInterval, time, cancellationToken);
        }
    }

    /// <summary>Ends what still runs, and waits until the executor has confirmed it.</summary>
    public async Task EndJobsAsync()
    {
        using var patience = new CancellationTokenSource(EndPatience, time);
        try
        {
            await client.DeleteAsync([.. samples.Select(sample => sample.Name)], patience.Token);
            while (!(await client.ReadCapacityAsync(patience.Token)).Allocations.IsEmpty)
            {
                await Task.Delay(LookInterval, time, patience.Token);
            }
        }
        catch (Exception exception) when (exception is CliFailure or OperationCanceledException)
        {
            view.Note("the jobs did not confirm their end in time");
        }
    }

    /// <summary>Changes of a running job's GPU count.</summary>
    public static int Resizes(DemoSnapshot? before, DemoSnapshot after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var counts = before?.Jobs.ToDictionary(job => job.Name, job => job.Gpus) ?? [];
        return after.Jobs.Count(job => !job.HasEnded && job.Gpus > 0
            && counts.TryGetValue(job.Name, out var earlier) && earlier > 0 && earlier != job.Gpus);
    }

    private async Task<DemoSnapshot> LookAsync(
        long began, Func<string?> whyServerEnded, CancellationToken cancellationToken)
    {
        try
        {
            var jobs = await client.ReadJobsAsync(cancellationToken);
            var capacity = await client.ReadCapacityAsync(cancellationToken);
            return DemoSnapshot.Of(time.GetElapsedTime(began), jobs, capacity);
        }
        catch (CliFailure) when (whyServerEnded() is { } why)
        {
            throw CliFailure.Refused(why);
        }
    }

    private DemoResult Result(DemoPlan plan, DemoSnapshot last) => new()
    {
        Plan = plan,
        Completed = last.Jobs.Count(job => job.Status == JobStatus.Completed),
        Jobs = samples.Length,
        Makespan = last.At,
        MeanCompletion = _times.MeanCompletion,
        MeanWait = _times.MeanWait,
        Utilization = _utilization.Over(last.At, last.Capacity),
        Resizes = _resizes,
        Lost = new LostTraining(0, 0),
        Capacity = last.Capacity,
        IsSimulated = last.IsSimulated,
    };
}
