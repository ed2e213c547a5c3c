using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Embedded;

/// <summary>A key may be a secret: whoever runs the host says what of it may be shown.</summary>
public sealed class Secrets : IAsyncLifetime, IDisposable
{
    private const string Key = "a-secret";

    private readonly NotedLog _log = new();
    private readonly EmbeddedTestHost _host;

    public Secrets() => _host = EmbeddedTestHost.Create(
        builder => builder
            .AddGrain<SubjectGrain>()
            .AddGrain<FragileGrain>()
            .ShowKeysAs(key => $"{key[0]}…")
            .Configure(options => options.MaxQueuedCalls = 1),
        services => services.AddSingleton<ILoggerProvider>(_log));

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task An_activation_that_fails_is_logged_without_its_key()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(_host.Grains.GetGrain<IFragileGrain>(Key).PingAsync);

        var line = Assert.Single(_log.Lines, line => line.Contains("could not be activated", StringComparison.Ordinal));
        Assert.Contains("test-fragile/a…", line, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_is_refused_says_so_without_the_key()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>(Key);
        var running = grain.HoldAsync("gate");
        await _host.Probe.WhenAsync($"{Key}/gate-reached");

        var refused = await Assert.ThrowsAsync<GrainOverloadedException>(grain.PeekAsync);
        _host.Probe.Raise($"{Key}/gate");
        await running.InTimeAsync();
        await _host.StopAsync();
        var stopped = await Assert.ThrowsAnyAsync<Exception>(grain.PeekAsync);

        Assert.All(
            [refused.Message, stopped.Message, grain.ToString()!],
            text =>
            {
                Assert.Contains("test-subject/a…", text, StringComparison.Ordinal);
                Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
            });
    }

    private sealed class NotedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
