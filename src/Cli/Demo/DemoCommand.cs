using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;

namespace Sluice.Cli.Demo;

/// <summary><c>sluice demo</c>.</summary>
internal static class DemoCommand
{
    private const int DefaultGpus = 8;

    /// <summary>Fewer could not hold the gang's two replicas, more than some hundred show nothing new.</summary>
    private const int LeastGpus = 2;
    private const int MostGpus = 256;

    public static Command Create(CliEnvironment environment)
    {
        var compare = new Option<bool>("--compare")
        {
            Description = "Run the same jobs again with fixed GPUs, each at its request",
        };
        var gpus = GlobalOptions.Integer(
            "--gpus", LeastGpus, MostGpus, "N", $"Simulated GPUs (default {DefaultGpus})");
        var real = new Option<bool>("--real") { Description = "Use this machine's GPUs" };
        var keep = new Option<bool>("--keep") { Description = "Keep the demo's folder" };
        var command = new Command("demo", "Show GPUs moving between four training jobs, in about a minute")
        {
            compare, gpus, real, keep,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(gpus) is { Implicit: false } && result.GetValue(real))
            {
                result.AddError("--gpus and --real exclude each other");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var demo = new Demonstration(
                environment,
                parsed.GetValue(real) ? null : parsed.GetValue(gpus) ?? DefaultGpus,
                parsed.GetValue(keep));
            return await demo.RunAsync(parsed.GetValue(compare), cancellationToken);
        });
        return command;
    }

    private sealed class Demonstration(CliEnvironment environment, int? gpus, bool keepFolder)
    {
        private readonly string _root = DemoSamples.FindRoot(environment);

        public async Task<int> RunAsync(bool compare, CancellationToken cancellationToken)
        {
            RequirePython();
            var elastic = await RunOnceAsync("elastic", isRigid: false, cancellationToken);
            Write(DemoSummary.Of(elastic));
            if (!compare)
            {
                return elastic.IsSuccess ? ExitCode.Done : ExitCode.Failed;
            }

            environment.Out.WriteLine();
            var rigid = await RunOnceAsync("fixed", isRigid: true, cancellationToken);
            Write(DemoSummary.Of(rigid));
            environment.Out.WriteLine();
            Write(DemoSummary.Compare(elastic, rigid));
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
            if (!environment.IsTerminal)
            {
                return await run(new PlainDemoView(environment.Out));
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
                environment.Out.WriteLine($"kept: {folder}");
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
                environment.Out.WriteLine(line);
            }
        }
    }
}
