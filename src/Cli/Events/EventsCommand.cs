using System.CommandLine;
using System.Text.Json;
using Sluice.Cli.Client;
using Sluice.Cli.Jobs;
using Sluice.Grains.Interfaces.Events;

namespace Sluice.Cli.Events;

/// <summary><c>sluice events</c>.</summary>
internal static class EventsCommand
{
    private const int DefaultEvents = 50;

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect, JobNames jobs)
    {
        var name = new Argument<string?>("name")
        {
            Description = "Of this job alone, its predecessors of the name included",
            Arity = ArgumentArity.ZeroOrOne,
        };
        name.CompletionSources.Add(jobs.Complete);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new ones, until Ctrl-C" };
        var limit = GlobalOptions.Integer(
            "--limit", 1, EventQuery.MaxEvents, "N", $"Begin with the newest N (default {DefaultEvents})");
        limit.Aliases.Add("-n");
        var output = GlobalOptions.Output();
        output.Description = "table, or json: as the server said it; with -f one event a line";
        var command = new Command("events", "Tell what happened and why, newest last")
        {
            name, follow, limit, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = connect(parsed);
            var job = parsed.GetValue(name);
            var answer = await client.ReadEventsAsync(
                job, after: null, parsed.GetValue(limit) ?? DefaultEvents, TimeSpan.Zero, cancellationToken);
            var isJson = parsed.GetValue(output) == "json";
            if (parsed.GetValue(follow))
            {
                await FollowAsync(new(client, job, environment.Time), answer, isJson, environment, cancellationToken);
            }
            else if (isJson)
            {
                environment.Out.WriteLine(SluiceClient.Accepted(answer).Text);
            }
            else
            {
                WriteOnce(SluiceClient.Accepted(answer).Read<EventPage>(), environment);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteOnce(EventPage page, CliEnvironment environment)
    {
        if (page.Events.IsEmpty)
        {
            environment.Out.WriteLine("no events");
        }

        var lines = new EventLines(page.Events);
        foreach (var happened in page.Events)
        {
            environment.Out.WriteLine(lines.Of(happened));
        }
    }

    private static async Task FollowAsync(
        EventFollower follower, ServerAnswer first, bool isJson, CliEnvironment environment,
        CancellationToken cancellationToken)
    {
        var lines = new EventLines(SluiceClient.Accepted(first).Read<EventPage>().Events);
        await foreach (var answer in follower.FollowAsync(first, cancellationToken))
        {
            if (isJson)
            {
                WriteRaw(answer, environment);
                continue;
            }

            foreach (var happened in answer.Read<EventPage>().Events)
            {
                environment.Out.WriteLine(lines.Of(happened));
            }
        }
    }

    /// <summary>As the server said it, whatever fields it may have.</summary>
    private static void WriteRaw(ServerAnswer answer, CliEnvironment environment)
    {
        using var document = JsonDocument.Parse(answer.Text);
        foreach (var happened in document.RootElement.GetProperty("events").EnumerateArray())
        {
            environment.Out.WriteLine(happened.GetRawText());
        }
    }
}
