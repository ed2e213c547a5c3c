using Microsoft.Extensions.Logging;

namespace Sluice.Hosting;

/// <summary>
/// Log entries wait until the process serves, because what keeps it from starting is to be the one thing it says. Where
/// it does not start they are dropped, unless the reason is a fault of the program.
/// </summary>
/// <param name="inner">Where they go then.</param>
[ProviderAlias("Console")]
internal sealed class HeldLog(ILoggerProvider inner) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Entries that wait; a start that says more than this is watched by somebody.</summary>
    public const int MaxEntries = 10_000;

    private readonly Lock _gate = new();
    private List<Action>? _held = [];

    private bool IsHolding => Volatile.Read(ref _held) is not null;

    public ILogger CreateLogger(string categoryName) => new Logger(this, inner.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) =>
        (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    /// <summary>Writes what waits, and from now on everything at once.</summary>
    public void Release()
    {
        lock (_gate)
        {
            foreach (var write in _held ?? [])
            {
                write();
            }

            Volatile.Write(ref _held, null);
        }
    }

    public void Dispose() => inner.Dispose();

    private void Hold(Action write)
    {
        lock (_gate)
        {
            if (_held is { Count: < MaxEntries } held)
            {
                held.Add(write);
                return;
            }

            Release();
            write();
        }
    }

    private sealed class Logger(HeldLog log, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (log.IsHolding)
            {
                HoldBack(logLevel, eventId, state, exception, formatter);
            }
            else
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }

        // By itself, so that an entry that is written at once allocates nothing for this.
        private void HoldBack<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            log.Hold(() => inner.Log(logLevel, eventId, state, exception, formatter));
    }
}
