using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sluice.Hosting;

/// <summary>
/// The life of one process: gateway, grains, store and local executor, or what of them its options say. What cannot be
/// started is said in one line on standard error, and nothing else is said then.
/// </summary>
public static class SluiceProcess
{
    /// <summary>Exit status where the process could not start.</summary>
    public const int CannotStart = 1;

    /// <summary>Serves until <paramref name="cancellationToken"/> says stop, or the process is asked to end.</summary>
    /// <param name="arguments">Settings as <c>--Section:Name=value</c>; they win over variables.</param>
    /// <param name="readOptions">Reads the options of the process from its configuration.</param>
    /// <param name="addGrainHost">Adds who runs the grains, or the way to them.</param>
    /// <param name="cancellationToken">Asks the process to end.</param>
    /// <returns>The process's exit status.</returns>
    public static async Task<int> RunAsync(
        string[] arguments,
        Func<IConfiguration, ServerOptions> readOptions,
        Action<WebApplicationBuilder> addGrainHost,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(readOptions);
        ArgumentNullException.ThrowIfNull(addGrainHost);
        ServerOptions? options = null;
        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddEnvironmentVariables("SLUICE_").AddCommandLine(arguments);
            options = readOptions(builder.Configuration);
            if (options.DataDirectory is { } folder)
            {
                MakeDataFolder(folder);
                builder.AddSluice(options, folder, addGrainHost);
            }
            else
            {
                builder.Services.AddClusterDefaults();
                builder.AddGateway(options);
                addGrainHost(builder);
            }

            await using var app = builder.Build();
            await StartAsync(app, options, cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception failure) when (StartProblem.Explain(failure, options) is { } problem)
        {
            await Console.Error.WriteLineAsync($"sluice: {problem}");
            return CannotStart;
        }
    }

    private static async Task StartAsync(
        WebApplication app, ServerOptions options, CancellationToken cancellationToken)
    {
        var log = app.Services.GetRequiredService<HeldLog>();
        try
        {
            app.MapSluice(options);
            await app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (StartProblem.Explain(failure, options) is null)
        {
            log.Release();
            throw;
        }

        log.Release();
        var addresses = app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var data = options.DataDirectory is { } folder ? $", data in {Path.GetFullPath(folder)}" : "";
        await Console.Out.WriteLineAsync($"Sluice listens on {string.Join(", ", addresses)}{data}");
    }

    private static void MakeDataFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ValidationException($"the data folder {path} cannot be made: {failure.Message}", failure);
        }
    }
}
