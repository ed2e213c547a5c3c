using System.CommandLine;
using Sluice.Manifests;
using Sluice.Server;

namespace Sluice.Cli.Serving;

/// <summary><c>sluice server</c>.</summary>
internal static class ServerCommand
{
    /// <summary>Hidden: given by <c>sluice demo</c>, whose Ctrl-C must not reach its server before its jobs are ended.</summary>
    public const string OwnSessionOption = "--own-session";

    public static Command Create(CliEnvironment environment)
    {
        var urls = new Option<string?>("--urls")
        {
            Description = "Addresses to listen on, separated by ; (default http://127.0.0.1:5000, or FLASK_PORT's port)",
            HelpName = "U",
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder of everything durable (default ./sluice-data)",
            HelpName = "DIR",
        };
        var gpus = GlobalOptions.Integer(
            "--gpus", 0, ServerSettings.MaxGpus, "N", "Simulate one node of N GPUs (default: this machine's GPUs)");
        var nodes = new Option<string?>("--nodes")
        {
            Description = "Simulate nodes, such as 4x8: four of eight GPUs; or 2x8,1x4",
            HelpName = "NxG",
        };
        var quotas = new Option<string[]>("--quota")
        {
            Description = "The most GPUs a namespace may hold; may be given several times",
            HelpName = "NS=N",
            DefaultValueFactory = _ => [],
        };
        var scaleMode = new Option<string>("--scale-mode")
        {
            Description = $"When GPUs of a running job change: {ScaleModes.Immediate} (default) or {ScaleModes.AfterCheckpoint}",
            HelpName = "MODE",
            DefaultValueFactory = _ => ScaleModes.Immediate,
        };
        var tokens = new Option<string?>("--auth-tokens")
        {
            Description = "File of bearer tokens with their roles",
            HelpName = "FILE",
        };
        var open = new Option<bool>("--open") { Description = "Serve other addresses than loopback without tokens" };
        var hosts = new Option<string[]>("--allow-host")
        {
            Description = "A host name that requests may carry, beside loopback; may be given several times",
            HelpName = "H",
            DefaultValueFactory = _ => [],
        };
        var grace = GlobalOptions.Integer(
            "--grace-seconds", 0, 3600, "S", "From TERM to KILL when a job is stopped (default 10)");
        var ownSession = new Option<bool>(OwnSessionOption) { Hidden = true };

        var command = new Command("server", "Serve jobs on this machine")
        {
            urls, data, gpus, nodes, quotas, scaleMode, tokens, open, hosts, grace, ownSession,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new ServerSettings
            {
                Urls = parsed.GetValue(urls),
                Data = parsed.GetValue(data),
                Gpus = parsed.GetValue(gpus),
                Nodes = parsed.GetValue(nodes),
                Quotas = parsed.GetValue(quotas)!,
                ScaleMode = parsed.GetValue(scaleMode)!,
                AuthTokens = parsed.GetValue(tokens),
                IsOpen = parsed.GetValue(open),
                AllowedHosts = parsed.GetValue(hosts)!,
                GraceSeconds = parsed.GetValue(grace),
            }.ToOptions(environment);
            if (parsed.GetValue(ownSession))
            {
                Processes.LeaveTerminal();
            }

            return ServerHost.RunAsync(options, cancellationToken);
        });
        return command;
    }
}
