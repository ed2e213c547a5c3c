using System.Collections.Immutable;
using System.Diagnostics;
using Spectre.Console;

namespace Sluice.Cli.Demo;

/// <summary>One run of the demo, or several that are compared, each with a server and a folder of its own.</summary>
/// <param name="environment">Where it is shown.</param>
/// <param name="gpus">Simulated GPUs; null: the machine's own.</param>
/// <param name="keepFolder">True: what the server and the jobs wrote stays.</param>
/// <param name="asJson">
/// True: standard output gets one JSON array of results, and people look at standard error.
/// </param>
internal sealed class Demonstration(CliEnvironment environment, int? gpus, bool keepFolder, bool asJson)
{
    private readonly TextWriter _people = asJson ? environment.Error : environment.Out;
    private readonly string _root = DemoSamples.FindRoot(environment);

    public async Task<int> RunAsync(ImmutableArray<DemoPlan> plans, CancellationToken cancellationToken)
    {
        RequirePython();
        var results = new List<DemoResult>();
        foreach (var plan in plans)
        {
            if (plans.Length > 1)
            {
                _people.WriteLine($"run {results.Count + 1} of {plans.Length}: {plan.Description}");
            }

            results.Add(await RunOnceAsync(plan, cancellationToken));
            Write(DemoSummary.Of(results[^1]));
            if (plans.Length > 1)
            {
                _people.WriteLine();
            }
        }

        if (plans.Length > 1)
        {
            Write(DemoSummary.Compare(results));
        }

        if (asJson)
        {
            environment.Out.WriteLine(DemoSummary.Json(results));
        }

        return results.All(result => result.IsSuccess) ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<DemoResult> RunOnceAsync(DemoPlan plan, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sluice-demo-").FullName;
        try
        {
            var result = await RunOnServerAsync(plan, folder, cancellationToken);
            // The server has ended: while it serves, it moves the folders of runs that have ended.
            return result with { Lost = LostTraining.ReadAll(Path.Combine(DemoServer.DataFolder(folder), "runs")) };
        }
        finally
        {
            Leave(folder);
        }
    }

    private async Task<DemoResult> RunOnServerAsync(DemoPlan plan, string folder, CancellationToken cancellationToken)
    {
        var samples = DemoSamples.Load(_root, plan.IsRigid);
        await using var server = await DemoServer.StartAsync(folder, _root, plan.Policy, gpus, cancellationToken);
        return await WatchAsync(async view =>
        {
            var run = new DemoRun(server.Client, samples, view, environment.Time);
            try
            {
                return await run.RunAsync(plan, server.WhyEnded, cancellationToken);
            }
            finally
            {
                // Also after Ctrl-C: jobs outlive their server, and must not outlive the demo.
                await run.EndJobsAsync();
            }
        });
    }

    private async Task<DemoResult> WatchAsync(Func<IDemoView, Task<DemoResult>> run)
    {
        if (!environment.IsTerminal || asJson)
        {
            return await run(new PlainDemoView(_people));
        }

        DemoResult? result = null;
        await AnsiConsole.Live(Text.Empty).StartAsync(async display =>
            result = await run(new LiveDemoView(display, environment.Time, () => AnsiConsole.Profile.Width)));
        return result!;
    }

    private void Leave(string folder)
    {
        if (keepFolder)
        {
            _people.WriteLine($"kept: {folder}");
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException exception)
        {
            environment.Error.WriteLine($"sluice: {folder} could not be removed: {exception.Message}");
        }
    }

    private static void RequirePython()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", "--version")
            {
                RedirectStandardOutput = true,
            });
            python?.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw CliFailure.Refused("the demo's jobs are Python programs, and there is no python3 here");
        }
    }

    private void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            _people.WriteLine(line);
        }
    }
}
