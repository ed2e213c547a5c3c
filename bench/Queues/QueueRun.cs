using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Bench.Report;
using Sluice.Bench.Runs;
using Sluice.Bench.Servers;
using Sluice.Bench.Works;

namespace Sluice.Bench.Queues;

/// <summary>The whole run, and its table.</summary>
internal sealed class QueueRun(QueueSettings settings, TextWriter output, TextWriter progress)
{
    private const int FewJobs = 10_000;
    private const int ManyJobs = 100_000;
    private const int ManyLists = 16;
    private const int MostWorkers = 32;
    private static readonly TimeSpan EchoWarmUp = TimeSpan.FromSeconds(3);

    private readonly List<QueueRow> _rows = [];
    private long _lists;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var program in settings.Server.Programs) RuntimeSettings.RequireSame(program);
        await output.WriteLineAsync(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}, medians of {settings.Rounds} rounds of "
            + $"{settings.Duration.TotalSeconds:0.##} s");
        using var echo = await EchoProcess.StartAsync(cancellationToken);
        await echo.RunAsync(new EchoJobs(), EchoWarmUp, cancellationToken);
        using var server = new QueueServer(settings.Server, settings.Data);
        await server.StartAsync(cancellationToken);
        var few = QueueServer.JobsBody(FewJobs);
        foreach (var (work, jobs, lists) in new[]
        {
            ("one list", FewJobs, 1), ("one list", ManyJobs, 1), ($"{ManyLists} lists", FewJobs, ManyLists),
        })
        {
            Say($"measuring {work} of {jobs:#,0} jobs");
            var body = jobs == FewJobs ? few : QueueServer.JobsBody(jobs);
            await MeasurePairsAsync(server, echo, work, jobs, lists, body, cancellationToken);
        }

        Say($"adding {ManyJobs:#,0} jobs at once, killing and restarting the server");
        await MeasureSetsAsync(server, QueueServer.JobsBody(ManyJobs), cancellationToken);
        foreach (var line in QueueRow.Table(_rows)) await output.WriteLineAsync(line);
    }

    private async Task MeasurePairsAsync(
        QueueServer server, EchoProcess echo, string work, int jobs, int lists, byte[] body,
        CancellationToken cancellationToken)
    {
        var first = _lists + 1;
        _lists += lists;
        for (var list = first; list <= _lists; list++) await server.SetAsync(list, body, cancellationToken);
        var pairs = new StagePairs(first, lists);
        var echoed = new EchoJobs();
        foreach (var workers in lists == 1 ? settings.Workers : [MostWorkers])
        {
            var comparison = new Comparison(
                (duration, token) => server.RunAsync(pairs, duration, workers, token),
                (duration, token) => echo.RunAsync(echoed, duration, token, workers));
            await comparison.WarmUpAsync(cancellationToken);
            for (var round = 0; round < settings.Rounds; round++)
            {
                await comparison.MeasureAsync(settings.Duration, cancellationToken);
            }

            var target = lists == 1 && workers == MostWorkers ? Target.Pairs : null;
            _rows.Add(QueueRow.OfPairs(work, jobs * (long)lists, workers, comparison.Result, target));
        }

        for (var list = first; list <= _lists; list++) await RequireCountAsync(server, list, jobs, cancellationToken);
    }

    /// <summary>
    /// Fills lists with one request each. Behind the last the server is killed; what it had acknowledged must be there.
    /// </summary>
    private async Task MeasureSetsAsync(QueueServer server, byte[] body, CancellationToken cancellationToken)
    {
        var sets = new List<double>();
        for (var round = 0; round < settings.Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await server.SetAsync(++_lists, body, cancellationToken);
            sets.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        await server.KillAsync(cancellationToken);
        await server.StartAsync(cancellationToken);
        var loads = new List<double>();
        for (var list = _lists - settings.Rounds + 1; list <= _lists; list++)
        {
            var started = Stopwatch.GetTimestamp();
            await RequireCountAsync(server, list, ManyJobs, cancellationToken);
            loads.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        _rows.Add(QueueRow.OfSeconds("one /set, durable", ManyJobs, sets));
        _rows.Add(QueueRow.OfSeconds("first look after kill -9", ManyJobs, loads));
    }

    private static async Task RequireCountAsync(
        QueueServer server, long list, int count, CancellationToken cancellationToken)
    {
        var found = await server.CountAsync(list, cancellationToken);
        if (found != count) throw new BenchFailure($"a list has {found} jobs, and should have {count}");
    }

    private void Say(FormattableString step) => progress.WriteLine(step.ToString(CultureInfo.InvariantCulture));
}
