using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Hosting;
using Sluice.Manifests;

namespace Sluice.Cli.Serving;

/// <summary>What was given to <c>sluice server</c>, as it was typed; null: not given.</summary>
internal sealed record ServerSettings
{
    public const int MaxGpus = 1_000_000;
    public const int MaxNodes = 10_000;
    public const string DefaultData = "sluice-data";

    public string? Urls { get; init; }

    public string? Data { get; init; }

    public Database? Database { get; init; }

    public int? Gpus { get; init; }

    public string? Nodes { get; init; }

    public IReadOnlyList<string> Quotas { get; init; } = [];

    public string ScaleMode { get; init; } = ScaleModes.Immediate;

    public string? Policy { get; init; }

    public string? AuthTokens { get; init; }

    public bool IsOpen { get; init; }

    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    public int? GraceSeconds { get; init; }

    /// <summary>Checks everything that can be checked before the server starts, and completes it.</summary>
    public ServerOptions ToOptions(CliEnvironment environment)
    {
        if (Gpus is not null && Nodes is not null)
        {
            throw CliFailure.Usage("--gpus and --nodes exclude each other");
        }

        var (monitoringHost, monitoringPort) = Monitoring(environment);
        var defaults = new ServerOptions { Urls = ListenOn(environment), DataDirectory = DataFolder() };
        return defaults with
        {
            Database = Database?.Url,
            DatabasePasswordFile = Database?.PasswordFile,
            SimulatedGpus = Gpus,
            SimulatedNodes = Nodes is { } nodes ? ParseNodes(nodes) : null,
            Quotas = ParseQuotas(),
            ScaleMode = ScaleModes.Parse(ScaleMode) is not null
                ? ScaleMode
                : throw CliFailure.Usage($"--scale-mode must be {ScaleModes.Either}, not '{ScaleMode}'"),
            Policy = PolicyOption.Checked(Policy),
            AuthTokensFile = TokensFile(),
            IsOpen = IsOpen,
            AllowedHosts = AllowedHosts,
            MonitoringHost = monitoringHost,
            MonitoringPort = monitoringPort,
            GracePeriod = GraceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.GracePeriod,
        };
    }

    private static (string? Host, int? Port) Monitoring(CliEnvironment environment) =>
        (environment.Set("MHOST"), environment.Set("MPORT")) switch
        {
            (null, null) => (null, null),
            (null, _) => throw CliFailure.Usage("MPORT is set and MHOST is not: set both or none"),
            (_, null) => throw CliFailure.Usage("MHOST is set and MPORT is not: set both or none"),
            var (host, text) => Numbers.TryParse(text, 0, 65535, out var port)
                ? (host, port)
                : throw CliFailure.Usage($"MPORT must be a port from 0 to 65535, not '{text}'"),
        };

    private string[] ListenOn(CliEnvironment environment)
    {
        if (Urls is null)
        {
            return [$"http://127.0.0.1:{ServerAddress.DefaultedPort(environment)}"];
        }

        var urls = Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.Length == 0)
        {
            throw CliFailure.Usage("--urls must have at least one address");
        }

        foreach (var url in urls)
        {
            // Any host is written * or + here; a Uri does not know those.
            var concrete = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal)
                .Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(concrete, UriKind.Absolute, out var uri) || uri.Scheme != "http"
                || uri.AbsolutePath != "/")
            {
                throw CliFailure.Usage($"--urls must be addresses such as http://127.0.0.1:5000, not '{url}'");
            }
        }

        return urls;
    }

    private string DataFolder()
    {
        var folder = Path.GetFullPath(Data is { Length: > 0 } given ? given : DefaultData);
        return File.Exists(folder)
            ? throw CliFailure.Refused($"--data {folder} is a file, not a folder")
            : folder;
    }

    private string? TokensFile() => AuthTokens is null ? null : ReadableFile.Check("--auth-tokens", AuthTokens);

    private Dictionary<string, int> ParseQuotas()
    {
        var quotas = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var quota in Quotas)
        {
            var equals = quota.LastIndexOf('=');
            if (equals < 1 || !Numbers.TryParse(quota[(equals + 1)..], 0, MaxGpus, out var gpus))
            {
                throw CliFailure.Usage($"--quota must be NAMESPACE=GPUS with 0 to {MaxGpus} GPUs, not '{quota}'");
            }

            if (!quotas.TryAdd(quota[..equals], gpus))
            {
                throw CliFailure.Usage($"--quota names the namespace '{quota[..equals]}' twice");
            }
        }

        return quotas;
    }

    /// <summary><c>2x8,1x4</c>: node-0 and node-1 of eight GPUs, node-2 of four.</summary>
    private static List<(string Name, int Gpus)> ParseNodes(string text)
    {
        var nodes = new List<(string Name, int Gpus)>();
        foreach (var group in text.Split(','))
        {
            if (group.Trim().Split('x') is not [var countText, var gpusText]
                || !Numbers.TryParse(countText, 1, MaxNodes, out var count)
                || !Numbers.TryParse(gpusText, 0, MaxGpus, out var gpus)
                || nodes.Count + count > MaxNodes)
            {
                throw CliFailure.Usage(
                    $"--nodes must be such as 4x8 (four nodes of eight GPUs; at most {MaxNodes} nodes), not '{text}'");
            }

            nodes.AddRange(Enumerable.Range(nodes.Count, count).Select(index => ($"node-{index}", gpus)));
        }

        return nodes;
    }
}
