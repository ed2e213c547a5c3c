using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Jobs;

/// <summary>Reads what should run out of the committed job rows.</summary>
public sealed class JobDesiredRuns(IJobRows rows) : IDesiredRuns
{
    private const int PageSize = 1_000;

    public async Task<DesiredRuns> ReadAllAsync(string domain, CancellationToken cancellationToken)
    {
        // What is committed while the pages are read has a higher number, and comes with the changes after it.
        var position = await rows.ReadNewestChangeAsync(domain, cancellationToken);
        var jobs = ImmutableArray.CreateBuilder<JobRuns>();
        for (long after = 0; ;)
        {
            var page = await rows.ReadRunnableAsync(domain, after, PageSize, cancellationToken);
            if (page.IsEmpty)
            {
                return new(jobs.ToImmutable(), position);
            }

            jobs.AddRange(page.Select(RunsOf).Where(job => !job.Runs.IsEmpty));
            after = page[^1].Change;
        }
    }

    public async Task<DesiredRuns?> ReadChangesAsync(string domain, long after, CancellationToken cancellationToken)
    {
        if (await rows.ReadChangesAsync(domain, after, PageSize, cancellationToken) is not { } page)
        {
            return null;
        }

        var position = page.IsEmpty ? after : page[^1].Change;
        var isComplete = page.Length < PageSize;
        return new([.. page.Select(RunsOf)], position, isComplete);
    }

    public Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken) =>
        rows.WaitForChangeAsync(domain, after, cancellationToken);

    private static JobRuns RunsOf(JobRow row)
    {
        // Changes come of all jobs, and most have nothing to run: their state need not be read as a whole.
        return JobRows.MayRun(row) ? new(row.Key, Runs(row.Key, JobRows.Parse(row))) : new(row.Key, []);
    }

    private static ImmutableArray<DesiredRun> Runs(string jobKey, JobState state)
    {
        var name = GrainKeys.ParseJob(jobKey).JobName;
        var runs = state.Ending.Select(ending => new DesiredRun
        {
            JobKey = jobKey,
            JobName = name,
            Uid = ending.Uid,
            Generation = ending.Generation,
            Attempt = ending.Attempt,
            ShouldRun = false,
            IsEnding = true,
            GpuCount = 0,
            Blocks = [],
            Manifest = "",
        });
        return state.Managed is { IsEndConfirmed: false } managed
            ? [.. runs, Current(jobKey, name, managed)]
            : [.. runs];
    }

    private static DesiredRun Current(string jobKey, string name, ManagedJob managed) => new()
    {
        JobKey = jobKey,
        JobName = name,
        Uid = managed.Uid,
        Generation = managed.Generation,
        Attempt = managed.Attempt,
        ShouldRun = managed.ShouldRun,
        IsEnding = managed.End != JobEnd.None,
        NotBefore = managed.NotBefore,
        GpuCount = managed.Applied?.GpuCount ?? 0,
        Blocks = managed.Applied?.Blocks ?? [],
        Manifest = managed.ManifestText,
    };
}
