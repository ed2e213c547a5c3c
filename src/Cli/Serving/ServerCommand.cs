using System.CommandLine;
using Sluice.Server;

namespace Sluice.Cli.Serving;

/// <summary><c>sluice server</c>.</summary>
internal static class ServerCommand
{
    /// <summary>
    /// Hidden: given by <c>sluice demo</c>, whose Ctrl-C must not reach its server before its jobs are ended.
    /// </summary>
    public const string OwnSessionOption = "--own-session";

    public static Command Create(CliEnvironment environment)
    {
        var options = new ServerCommandOptions();
        var ownSession = new Option<bool>(OwnSessionOption) { Hidden = true };
        var command = new Command("server", "Serve jobs on this machine") { ownSession };
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = options.Read(parsed).ToOptions(environment);
            if (parsed.GetValue(ownSession))
            {
                Processes.LeaveTerminal();
            }

            return ServerHost.RunAsync(settings, cancellationToken);
        });
        return command;
    }
}
