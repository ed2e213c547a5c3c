using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Sluice.Storage;

namespace Sluice.Hosting;

/// <summary>What keeps a process from starting, in one line for people.</summary>
internal static class StartProblem
{
    /// <returns>Null: a fault of the program.</returns>
    public static string? Explain(Exception failure, ServerOptions? options) => failure switch
    {
        StoreException or ValidationException or FormatException => failure.Message,
        OptionsValidationException invalid => string.Join("; ", invalid.Failures),
        // A value of the configuration that is not of its setting's type; the message names both.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => failure.Message,
        IOException { InnerException: AddressInUseException } => $"the port is in use: {Address(failure, options)}",
        SocketException => $"cannot listen on {Address(failure, options)}: {failure.Message}",
        IOException or UnauthorizedAccessException => failure.Message,
        AggregateException several => ExplainAll(several, options),
        _ => null,
    };

    /// <summary>The address that the message names, or all of them.</summary>
    private static string Address(Exception failure, ServerOptions? options)
    {
        var urls = options?.AllUrls ?? [];
        return urls.FirstOrDefault(url => failure.Message.Contains(url, StringComparison.Ordinal))
            ?? string.Join(", ", urls);
    }

    private static string? ExplainAll(AggregateException several, ServerOptions? options)
    {
        var problems = several.InnerExceptions.Select(one => Explain(one, options)).ToArray();
        return problems.Contains(null) ? null : string.Join("; ", problems);
    }
}
