using System.Globalization;
using Sluice.Bench.Report;
using Sluice.Bench.Servers;

namespace Sluice.Bench.Runs;

/// <summary>
/// Memory of a server with many active jobs, and the time until it is ready again after it was killed right behind a
/// burst of writes.
/// </summary>
internal sealed class RestartRun(BenchSettings settings)
{
    private const int SteadySamples = 6;
    private const double SteadyShare = 0.02;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WritesBeforeKill = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<ReportRow>> RunAsync(long jobs, CancellationToken cancellationToken)
    {
        using var server = new JobServer(settings.Server, settings.Data);
        await server.StartAsync(cancellationToken);
        await server.GrowToAsync(jobs, cancellationToken);
        var loadedMegabytes = await SettledMegabytesAsync(server, cancellationToken);
        var restarts = new List<double>();
        for (var i = 0; i < settings.Restarts; i++)
        {
            await server.RunAsync(server.Updates(), WritesBeforeKill, cancellationToken);
            await server.KillAsync(cancellationToken);
            restarts.Add((await server.StartAsync(cancellationToken)).TotalSeconds);
        }

        var restartedMegabytes = await SettledMegabytesAsync(server, cancellationToken);
        await server.GetListAsync("/get_all_jobs", cancellationToken);
        var seconds = Median.Of(restarts);
        return
        [
            ReportRow.OfAmount(
                $"ready after kill -9 (median of {settings.Restarts})", jobs, seconds, Text($"{seconds:0.00} s"), Target.Ready),
            Memory("memory after adding them all", jobs, loadedMegabytes),
            Memory("memory after a restart", jobs, restartedMegabytes),
        ];
    }

    private static ReportRow Memory(string work, long jobs, double megabytes) =>
        ReportRow.OfAmount(work, jobs, megabytes, Text($"{megabytes:0} MB"), Target.Memory);

    /// <summary>Resident memory once it has not changed much for a while.</summary>
    private static async Task<double> SettledMegabytesAsync(JobServer server, CancellationToken cancellationToken)
    {
        var samples = new List<double>();
        while (samples.Count < LongestSettling / SampleInterval)
        {
            await Task.Delay(SampleInterval, cancellationToken);
            samples.Add(server.ResidentBytes / 1e6);
            var last = samples.TakeLast(SteadySamples).ToList();
            if (last.Count == SteadySamples && last.Max() - last.Min() <= SteadyShare * last.Max()) break;
        }

        return samples[^1];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
