using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sluice.Hosting;

/// <summary>What a process of Sluice says on standard output, once it serves.</summary>
internal static class ConsoleLog
{
    /// <summary>Set: the start itself is looked into, and says what it does as it does it.</summary>
    private const string DebugVariable = "SLUICE_DEBUG";

    public static void AddTo(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Orleans", LogLevel.Warning);
        // What keeps the server from starting is said in one line, on standard error.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // A person reads a terminal; whatever else takes the output wants one JSON object a line.
        if (Console.IsOutputRedirected)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        }

        var services = logging.Services;
        var console = services.Single(one => one.ImplementationType == typeof(ConsoleLoggerProvider));
        services.Remove(console);
        services.AddSingleton<ConsoleLoggerProvider>();
        services.AddSingleton(provider => Hold(provider.GetRequiredService<ConsoleLoggerProvider>()));
        services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<HeldLog>());
    }

    private static HeldLog Hold(ConsoleLoggerProvider console)
    {
        var log = new HeldLog(console);
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DebugVariable)))
        {
            log.Release();
        }

        return log;
    }
}
