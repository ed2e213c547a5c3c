using System.CommandLine;
using Sluice.Cli.Client;

namespace Sluice.Cli.Queue;

/// <summary><c>sluice queue</c>: lists of jobs that workers pull from.</summary>
internal static class QueueCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var numbers = new QueueNumberOptions(environment);
        QueueClient Open(ParseResult parsed, QueueNumber number) =>
            new(connect(parsed), number, environment.Time);
        QueueClient OpenGiven(ParseResult parsed) => Open(parsed, numbers.Read(parsed));

        return new Command("queue", "Lists of jobs that workers pull from, stage by stage")
        {
            numbers.File,
            numbers.Number,
            QueueCreateCommand.Create(environment, numbers, Open),
            QueueProgressCommand.Create(environment, OpenGiven),
            QueueExpiredCommand.Create(environment, OpenGiven),
            QueueRedoCommand.Create(environment, OpenGiven),
            QueueExportCommand.Create(environment, OpenGiven),
        };
    }
}
