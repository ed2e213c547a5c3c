using Sluice.Bench.Load;
using Sluice.Bench.Report;
using Sluice.Bench.Servers;
using Sluice.Bench.Works;

namespace Sluice.Bench.Runs;

/// <summary>Measures everything that one number of jobs matters to, against the echo.</summary>
internal sealed class LevelRun(BenchSettings settings, JobServer server, EchoProcess echo)
{
    /// <summary>Of so many requests one is a checkpoint write, where a list is read while writes go on.</summary>
    private const int ReadsToOneWrite = 10;

    /// <summary>The number of jobs at which whole lists are sent.</summary>
    private const long ListedJobs = 10_000;

    public async Task<IReadOnlyList<ReportRow>> RunAsync(CancellationToken cancellationToken)
    {
        var jobs = server.JobCount;
        var random = new RandomJobs(jobs);
        var best = new BestCandidate();
        var echoed = new EchoJobs();
        List<Line> lines =
        [
            new("POST /add_job", Target.Write, new Comparison(server.AddForAsync, On(echoed))),
            new("PUT /update_last_checkpoint", Target.Write, new Comparison(OnServer(server.Updates()), On(echoed))),
            new("GET /get_job", Target.GetJob, new Comparison(OnServer(new GetJobs(random)), On(echoed))),
            new("best candidate", Target.BestCandidate, new Comparison(OnServer(best), On(echoed))),
            new(
                "best candidate, 1 of 10 writes",
                Target.BestCandidate,
                new Comparison(OnServer(new Mixed(best, server.Updates(), ReadsToOneWrite)), On(echoed))),
        ];
        var rows = new List<ReportRow>(await MeasureAsync(jobs, lines, cancellationToken));
        if (jobs == ListedJobs) rows.AddRange(await MeasureListsAsync(jobs, cancellationToken));
        return rows;
    }

    private async Task<IEnumerable<ReportRow>> MeasureListsAsync(long jobs, CancellationToken cancellationToken)
    {
        var rows = new List<ReportRow>();
        // Each list right after its bytes: the echo keeps one list at a time.
        foreach (var (name, path, target) in new[]
        {
            ("full candidate list", "/get_jobs_by_checkpoint_limit", Target.FullList),
            ("GET /get_all_jobs", "/get_all_jobs", (Target?)null),
        })
        {
            var bytes = await server.GetListAsync(path, cancellationToken);
            var comparison = new Comparison(
                OnServer(new SameAnswer(path, bytes)), On(await echo.BytesAsync(bytes, cancellationToken)));
            rows.AddRange(await MeasureAsync(jobs, [new Line(name, target, comparison, ShowsBytes: true)], cancellationToken));
        }

        return rows;
    }

    private async Task<IEnumerable<ReportRow>> MeasureAsync(
        long jobs, IReadOnlyList<Line> all, CancellationToken cancellationToken)
    {
        var lines = all.Where(line => settings.Only is null || line.Name.Contains(settings.Only)).ToList();
        foreach (var line in lines) await line.Comparison.WarmUpAsync(cancellationToken);
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var line in lines) await line.Comparison.MeasureAsync(settings.Duration, cancellationToken);
        }

        return lines.Select(line => ReportRow.Of(line.Name, jobs, line.Comparison.Result, line.Target, line.ShowsBytes));
    }

    private Func<TimeSpan, CancellationToken, Task<LoadResult>> OnServer(IWork work) =>
        (duration, cancellationToken) => server.RunAsync(work, duration, cancellationToken);

    private Func<TimeSpan, CancellationToken, Task<LoadResult>> On(IWork echoed) =>
        (duration, cancellationToken) => echo.RunAsync(echoed, duration, cancellationToken);

    private sealed record Line(string Name, Target? Target, Comparison Comparison, bool ShowsBytes = false);
}
