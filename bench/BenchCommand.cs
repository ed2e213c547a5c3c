using System.CommandLine;
using System.Globalization;
using Sluice.Bench.Elastic;
using Sluice.Bench.Plans;
using Sluice.Bench.Queues;
using Sluice.Bench.Runs;
using Sluice.Bench.Servers;

namespace Sluice.Bench;

/// <summary>The command line of the bench.</summary>
internal static class BenchCommand
{
    /// <summary>Fewer jobs would be written to by several connections at once.</summary>
    private const long MinJobs = 1000;
    private const long MaxJobs = 10_000_000;

    public static RootCommand Create()
    {
        var jobs = new Option<string?>("--jobs")
        {
            Description = "Numbers of jobs to measure at (default 1000,10000,100000,1000000)",
            HelpName = "N,N",
        };
        var seconds = new Option<double?>("--seconds")
        {
            Description = "Length of one measurement, 0.1 to 60 (default 1.5)",
            HelpName = "S",
        };
        var rounds = new Option<int?>("--rounds")
        {
            Description = "Measurements of each work, 1 to 100 (default 3)",
            HelpName = "N",
        };
        var server = new Option<string?>("--server")
        {
            Description = "The sluice command to measure (default: the one built beside the bench)",
            HelpName = "PATH",
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder on the disk that the writes go to (default: the folder for temporary files)",
            HelpName = "DIR",
        };
        var database = new Option<string?>("--database")
        {
            Description = "Measure on PostgreSQL: beside this database others are made (default: SQLite)",
            HelpName = "postgres://USER@HOST:PORT/DB",
        };
        var silos = new Option<int?>("--silos")
        {
            Description = $"Measure a cluster of 1 to {ClusterServer.MaxSilos} silos, on --database (default: one server)",
            HelpName = "N",
        };
        var gateway = new Option<bool>("--gateway")
        {
            Description = "Of a cluster: a process of its own serves HTTP (default: the first silo does)",
        };
        var only = new Option<string?>("--only")
        {
            Description = "Measure only work whose name has this in it, such as get_job",
            HelpName = "TEXT",
        };
        var quick = new Option<bool>("--quick") { Description = "About a minute: up to 10,000 jobs, short measurements" };
        var root = new RootCommand("Measures a Sluice server against a plain JSON echo of the same web server.")
        {
            jobs, seconds, rounds, server, data, database, silos, gateway, only, quick,
            ElasticCommand.Create(server),
            QueueCommand.Create(seconds, rounds, server, data, database, silos, gateway),
            PlanCommand.Create(),
        };
        root.SetAction((parsed, cancellationToken) =>
        {
            var isQuick = parsed.GetValue(quick);
            var place = DataPlace.Parse(parsed.GetValue(data), parsed.GetValue(database));
            var settings = new BenchSettings
            {
                JobCounts = Counts(
                    "--jobs", parsed.GetValue(jobs) ?? (isQuick ? "1000,10000" : "1000,10000,100000,1000000"),
                    MinJobs, MaxJobs),
                Duration = TimeSpan.FromSeconds(
                    InRange("--seconds", parsed.GetValue(seconds) ?? (isQuick ? 0.7 : 1.5), 0.1, 60)),
                Rounds = (int)InRange("--rounds", parsed.GetValue(rounds) ?? 3, 1, 100),
                Restarts = isQuick ? 3 : 5,
                Server = ServerPlan.Parse(
                    parsed.GetValue(server), parsed.GetValue(silos), parsed.GetValue(gateway), place),
                Data = place,
                Only = parsed.GetValue(only),
            };
            return new BenchRun(settings, Console.Out, Console.Error).RunAsync(cancellationToken);
        });
        return root;
    }

    /// <summary>The command to measure: the one that was named, or the one built beside the bench.</summary>
    public static string ServerPath(string? named)
    {
        var path = Path.GetFullPath(named ?? BuiltServer());
        return File.Exists(path)
            ? path
            : throw new BenchFailure($"there is no {path}; build src/Cli, or say --server PATH");
    }

    /// <summary>Whole numbers, ascending.</summary>
    public static IReadOnlyList<long> Counts(string option, string text, long least, long most)
    {
        var counts = new List<long>();
        foreach (var part in text.Split(','))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                throw new BenchFailure($"{option} must be whole numbers separated by commas, and is {text}");
            }

            counts.Add((long)InRange(option, count, least, most));
        }

        return [.. counts.Distinct().Order()];
    }

    public static double InRange(string option, double value, double least, double most) =>
        value >= least && value <= most
            ? value
            : throw new BenchFailure(FormattableString.Invariant($"{option} must be from {least} to {most}, and is {value}"));

    /// <summary>The server of the same build: both lie in folders of the same name under those of their projects.</summary>
    private static string BuiltServer()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var projects = folder.Parent?.Parent ?? throw new BenchFailure("say --server PATH");
        return Path.Combine(projects.FullName, "Cli", folder.Name, OperatingSystem.IsWindows() ? "sluice.exe" : "sluice");
    }
}
