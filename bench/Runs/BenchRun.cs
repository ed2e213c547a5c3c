using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Bench.Load;
using Sluice.Bench.Report;
using Sluice.Bench.Servers;
using Sluice.Bench.Works;

namespace Sluice.Bench.Runs;

/// <summary>The whole run, and its table.</summary>
internal sealed class BenchRun(BenchSettings settings, TextWriter output, TextWriter progress)
{
    private const long RestartedJobs = 100_000;
    private static readonly TimeSpan EchoWarmUp = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var program in settings.Server.Programs) RuntimeSettings.RequireSame(program);
        await output.WriteLineAsync(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, "
            + $"{LoadGenerator.ConnectionCount} connections, medians of {settings.Rounds} rounds of {settings.Duration.TotalSeconds:0.##} s");
        var rows = new List<ReportRow>();
        rows.AddRange(await RunLevelsAsync(cancellationToken));
        if (settings.Only is null)
        {
            var restarted = Math.Min(RestartedJobs, settings.JobCounts[^1]);
            Say($"killing and restarting a server with {restarted:#,0} jobs");
            rows.AddRange(await new RestartRun(settings).RunAsync(restarted, cancellationToken));
        }

        foreach (var line in ReportTable.Lines(rows)) await output.WriteLineAsync(line);
    }

    private async Task<IReadOnlyList<ReportRow>> RunLevelsAsync(CancellationToken cancellationToken)
    {
        var rows = new List<ReportRow>();
        using var echo = await EchoProcess.StartAsync(cancellationToken);
        await echo.RunAsync(new EchoJobs(), EchoWarmUp, cancellationToken);
        using var server = new JobServer(settings.Server, settings.Data);
        await server.StartAsync(cancellationToken);
        foreach (var jobs in settings.JobCounts)
        {
            Say($"adding jobs up to {jobs:#,0}");
            var added = await server.GrowToAsync(jobs, cancellationToken);
            Say($"measuring with {jobs:#,0} jobs (added {added.PerSecond:#,0} a second)");
            rows.AddRange(await new LevelRun(settings, server, echo).RunAsync(cancellationToken));
        }

        if (settings.JobCounts is [var few, .., var many] && settings.Only is null)
        {
            Say($"comparing writes at {many:#,0} jobs with writes at {few:#,0}");
            rows.AddRange(await new ScaleRun(settings, server).RunAsync(few, cancellationToken));
        }

        return rows;
    }

    private void Say(FormattableString step) => progress.WriteLine(step.ToString(CultureInfo.InvariantCulture));
}
