using System.Diagnostics;
using Spectre.Console;

namespace Sluice.Cli.Demo;

/// <summary>One run of the demo, or two that are compared, each with a server and a folder of its own.</summary>
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

    public async Task<int> RunAsync(bool compare, CancellationToken cancellationToken)
    {
        RequirePython();
        var elastic = await RunOnceAsync("elastic", isRigid: false, cancellationToken);
        Write(DemoSummary.Of(elastic));
        if (!compare)
        {
            WriteJson(elastic);
            return elastic.IsSuccess ? ExitCode.Done : ExitCode.Failed;
        }

        _people.WriteLine();
        var rigid = await RunOnceAsync("fixed", isRigid: true, cancellationToken);
        Write(DemoSummary.Of(rigid));
        _people.WriteLine();
        Write(DemoSummary.Compare(elastic, rigid));
        WriteJson(elastic, rigid);
        return elastic.IsSuccess && rigid.IsSuccess ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<DemoResult> RunOnceAsync(string label, bool isRigid, CancellationToken cancellationToken)
    {
        var samples = DemoSamples.Load(_root, isRigid);
        var folder = Directory.CreateTempSubdirectory("sluice-demo-").FullName;
        try
        {
            await using var server = await DemoServer.StartAsync(folder, _root, gpus, cancellationToken);
            return await WatchAsync(async view =>
            {
                var run = new DemoRun(server.Client, samples, view, environment.Time);
                try
                {
                    var result = await run.RunAsync(label, server.WhyEnded, cancellationToken);
                    return result with { Lost = LostTraining.ReadAll(Path.Combine(server.DataFolder, "runs")) };
                }
                finally
                {
                    // Also after Ctrl-C: jobs outlive their server, and must not outlive the demo.
                    await run.EndJobsAsync();
                }
            });
        }
        finally
        {
            Leave(folder);
        }
    }

    private async Task<DemoResult> WatchAsync(Func<IDemoView, Task<DemoResult>> run)
    {
        if (!environment.IsTerminal || asJson)
        {
            return await run(new PlainDemoView(_people));
        }

        DemoResult? result = null;
        await AnsiConsole.Live(Text.Empty).StartAsync(async display =>
            result = await run(new LiveDemoView(display, environment.Time)));
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

    private void WriteJson(params DemoResult[] results)
    {
        if (asJson)
        {
            environment.Out.WriteLine(DemoSummary.Json(results));
        }
    }
}
