using System.Globalization;
using Sluice.Cli.Output;

namespace Sluice.Cli.Client;

/// <summary>Where the server is, and who asks.</summary>
/// <param name="BaseAddress">Ends in a slash.</param>
/// <param name="Token">Bearer token; null: none.</param>
internal sealed record ServerAddress(Uri BaseAddress, string? Token)
{
    /// <summary>Port of the job metadata service where nothing else is said.</summary>
    public const int DefaultPort = 5000;

    /// <summary>The option, else SLUICE_URL, else this machine's FLASK_PORT or 5000.</summary>
    public static ServerAddress Resolve(CliEnvironment environment, string? server, string? token)
    {
        var (text, source) =
            server is not null ? (server, "--server")
            : environment.Set("SLUICE_URL") is { } url ? (url, "SLUICE_URL")
            : (string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{DefaultedPort(environment)}"), "");
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https"))
        {
            throw CliFailure.Usage($"{source} must be an address such as http://127.0.0.1:5000, not '{text}'");
        }

        return new(uri, token ?? environment.Set("SLUICE_TOKEN"));
    }

    /// <summary>The documented variable of the original.</summary>
    public static int DefaultedPort(CliEnvironment environment) =>
        environment.Set("FLASK_PORT") is not { } text ? DefaultPort
        : Numbers.TryParse(text, 0, 65535, out var port) ? port
        : throw CliFailure.Usage($"FLASK_PORT must be a port from 0 to 65535, not '{text}'");

    public override string ToString() => BaseAddress.ToString().TrimEnd('/');
}
