using System.CommandLine;
using Sluice.Bench.Load;
using Sluice.Bench.Servers;

namespace Sluice.Bench.Queues;

/// <summary><c>bench queue</c>: workers that pull jobs from lists.</summary>
internal static class QueueCommand
{
    public static Command Create(
        Option<double?> seconds, Option<int?> rounds, Option<string?> server, Option<string?> data,
        Option<string?> database, Option<int?> silos, Option<bool> gateway)
    {
        var workers = new Option<string>("--workers")
        {
            Description = $"Numbers of workers of one list, 1 to {LoadGenerator.ConnectionCount} (default 1,8,32)",
            HelpName = "N,N",
            DefaultValueFactory = _ => "1,8,32",
        };
        var command = new Command(
            "queue", "Measures workers that pull jobs from lists, and lists that are filled at once")
        {
            workers, seconds, rounds, server, data, database, silos, gateway,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var place = DataPlace.Parse(parsed.GetValue(data), parsed.GetValue(database));
            var settings = new QueueSettings
            {
                Duration = TimeSpan.FromSeconds(
                    BenchCommand.InRange("--seconds", parsed.GetValue(seconds) ?? 1.5, 0.1, 60)),
                Workers =
                [
                    .. BenchCommand.Counts(
                        "--workers", parsed.GetValue(workers)!, 1, LoadGenerator.ConnectionCount)
                        .Select(count => (int)count),
                ],
                Rounds = (int)BenchCommand.InRange("--rounds", parsed.GetValue(rounds) ?? 3, 1, 100),
                Server = ServerPlan.Parse(
                    parsed.GetValue(server), parsed.GetValue(silos), parsed.GetValue(gateway), place),
                Data = place,
            };
            return new QueueRun(settings, Console.Out, Console.Error).RunAsync(cancellationToken);
        });
        return command;
    }
}
