using Microsoft.Extensions.Logging;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation;

/// <summary>
/// What a server logs is part of the trace. It is also where code tells of the exceptions that it lives through: those
/// must be injected faults.
/// </summary>
internal sealed class ServerLog(Simulator simulator, string process) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log: the trace");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) =>
        logLevel >= LogLevel.Warning || (simulator.Trace.IsOn && logLevel >= LogLevel.Information);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (simulator.Trace.IsOn)
        {
            var cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
            simulator.Trace.Write(process, $"logs: {formatter(state, exception)}{cause}");
        }

        var isExplained = exception is null ? logLevel < LogLevel.Error : IInjectedFault.Explains(exception);
        if (!isExplained)
        {
            simulator.Fail(Promises.NoCallFailsByABug, $"{process} logs: {formatter(state, exception)}: {exception}");
        }
    }

    public void Dispose()
    {
    }
}
