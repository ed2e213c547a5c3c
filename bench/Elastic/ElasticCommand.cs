using System.CommandLine;
using System.Globalization;

namespace Sluice.Bench.Elastic;

/// <summary><c>bench elastic</c>: random jobs on simulated nodes, once a mode.</summary>
internal static class ElasticCommand
{
    private const int MostJobs = 1_000;
    private const int MostNodes = 64;
    private const int GpusOfNode = 8;

    public static Command Create(Option<string?> server)
    {
        var jobs = new Option<int>("--jobs")
        {
            Description = $"Jobs that arrive, 1 to {MostJobs} (default 50)",
            DefaultValueFactory = _ => 50,
        };
        var nodes = new Option<int>("--nodes")
        {
            Description = $"Nodes of 8 simulated GPUs, 1 to {MostNodes} (default 8)",
            DefaultValueFactory = _ => 8,
        };
        var seed = new Option<int>("--seed") { Description = "Which jobs (default 1)", DefaultValueFactory = _ => 1 };
        var modes = new Option<ElasticMode[]>("--mode")
        {
            Description = "Only these: Fixed, Immediate, AfterCheckpoint, Adaptive (default all)",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. Enum.GetValues<ElasticMode>().Where(mode => mode != ElasticMode.None)],
        };
        var command = new Command(
            "elastic",
            "Plays random jobs on simulated nodes: fixed GPUs, resized at once, resized after checkpoints, and by the "
            + "policy adaptive")
        {
            jobs, nodes, seed, modes, server,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var root = Environment.GetEnvironmentVariable("SLUICE_ROOT")
                ?? throw new BenchFailure("start it as ./sluice bench elastic: its trainers are the repository's");
            var settings = new ElasticSettings
            {
                Server = BenchCommand.ServerPath(parsed.GetValue(server)),
                Nodes = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{BenchCommand.InRange("--nodes", parsed.GetValue(nodes), 1, MostNodes)}x{GpusOfNode}"),
                Trainer = Path.Combine(root, "bench", "Elastic", "trainer.py"),
                PythonModules = Path.Combine(root, "clients", "python"),
            };
            var count = (int)BenchCommand.InRange("--jobs", parsed.GetValue(jobs), 1, MostJobs);
            var workload = ElasticWorkload.Make(count, GpusOfNode, parsed.GetValue(seed));
            var results = new List<ElasticResult>();
            foreach (var mode in parsed.GetValue(modes)!)
            {
                using var run = new ElasticRun(settings, workload, mode);
                results.Add(await run.RunAsync(Progress.Write, cancellationToken));
            }

            Progress.End();
            foreach (var line in ElasticResult.Table(results)) Console.WriteLine(line);
        });
        return command;
    }

    /// <summary>One line that is written over, for a person who waits.</summary>
    private static class Progress
    {
        public static void Write(string line)
        {
            if (!Console.IsErrorRedirected) Console.Error.Write($"\r{line,-80}");
        }

        public static void End()
        {
            if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        }
    }
}
