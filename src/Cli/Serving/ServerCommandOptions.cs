using System.CommandLine;
using Sluice.Manifests;

namespace Sluice.Cli.Serving;

/// <summary>The options of <c>sluice server</c>, and what was given for them.</summary>
internal sealed class ServerCommandOptions
{
    private readonly Option<string?> _urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by ; (default http://127.0.0.1:5000, or FLASK_PORT's port)",
        HelpName = "U",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Folder of everything durable (default ./sluice-data)",
        HelpName = "DIR",
    };

    private readonly DatabaseOptions _database = new("Keep state in PostgreSQL; the folder still holds what runs");

    private readonly Option<int?> _gpus = GlobalOptions.Integer(
        "--gpus", 0, ServerSettings.MaxGpus, "N", "Simulate one node of N GPUs (default: this machine's GPUs)");

    private readonly Option<string?> _nodes = new("--nodes")
    {
        Description = "Simulate nodes, such as 4x8: four of eight GPUs; or 2x8,1x4",
        HelpName = "NxG",
    };

    private readonly Option<string[]> _quotas = new("--quota")
    {
        Description = "The most GPUs a namespace may hold; may be given several times",
        HelpName = "NS=N",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _scaleMode = new("--scale-mode")
    {
        Description = "When GPUs of a running job change: "
            + $"{ScaleModes.Immediate} (default) or {ScaleModes.AfterCheckpoint}",
        HelpName = "MODE",
        DefaultValueFactory = _ => ScaleModes.Immediate,
    };

    private readonly Option<string?> _policy = PolicyOption.Create();

    private readonly Option<string?> _authTokens = new("--auth-tokens")
    {
        Description = "File of bearer tokens with their roles",
        HelpName = "FILE",
    };

    private readonly Option<bool> _open = new("--open")
    {
        Description = "Serve other addresses than loopback without tokens",
    };

    private readonly Option<string[]> _allowedHosts = new("--allow-host")
    {
        Description = "A host name that requests may carry, beside loopback; may be given several times",
        HelpName = "H",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _graceSeconds = GlobalOptions.Integer(
        "--grace-seconds", 0, 3600, "S", "From TERM to KILL when a job is stopped (default 10)");

    /// <summary>In the order of the help.</summary>
    public IReadOnlyList<Option> All =>
    [
        _urls, _data, _database.Url, _database.PasswordFile, _gpus, _nodes, _quotas, _policy, _scaleMode, _authTokens,
        _open, _allowedHosts, _graceSeconds,
    ];

    public ServerSettings Read(ParseResult parsed) => new()
    {
        Urls = parsed.GetValue(_urls),
        Data = parsed.GetValue(_data),
        Database = _database.Read(parsed),
        Gpus = parsed.GetValue(_gpus),
        Nodes = parsed.GetValue(_nodes),
        Quotas = parsed.GetValue(_quotas)!,
        ScaleMode = parsed.GetValue(_scaleMode)!,
        Policy = parsed.GetValue(_policy),
        AuthTokens = parsed.GetValue(_authTokens),
        IsOpen = parsed.GetValue(_open),
        AllowedHosts = parsed.GetValue(_allowedHosts)!,
        GraceSeconds = parsed.GetValue(_graceSeconds),
    };
}
