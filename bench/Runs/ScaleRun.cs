using Sluice.Bench.Report;
using Sluice.Bench.Servers;

namespace Sluice.Bench.Runs;

/// <summary>Compares writes to a server that has many jobs with writes to a fresh one that has few.</summary>
internal sealed class ScaleRun(BenchSettings settings, JobServer many)
{
    public async Task<IReadOnlyList<ReportRow>> RunAsync(long fewJobs, CancellationToken cancellationToken)
    {
        using var few = new JobServer(settings.Server, settings.Data);
        await few.StartAsync(cancellationToken);
        await few.GrowToAsync(fewJobs, cancellationToken);
        var adds = new Comparison(many.AddForAsync, few.AddForAsync);
        var updates = new Comparison(Updates(many), Updates(few));
        foreach (var comparison in new[] { adds, updates }) await comparison.WarmUpAsync(cancellationToken);
        for (var round = 0; round < settings.Rounds; round++)
        {
            await adds.MeasureAsync(settings.Duration, cancellationToken);
            await updates.MeasureAsync(settings.Duration, cancellationToken);
        }

        return
        [
            Row("POST /add_job", fewJobs, adds),
            Row("PUT /update_last_checkpoint", fewJobs, updates),
        ];
    }

    private static Func<TimeSpan, CancellationToken, Task<Load.LoadResult>> Updates(JobServer server)
    {
        var work = server.Updates();
        return (duration, cancellationToken) => server.RunAsync(work, duration, cancellationToken);
    }

    private ReportRow Row(string work, long fewJobs, Comparison comparison) => ReportRow.Of(
        FormattableString.Invariant($"{work} against {fewJobs:#,0} jobs"),
        many.JobCount, comparison.Result, Target.WritesOfMany);
}
