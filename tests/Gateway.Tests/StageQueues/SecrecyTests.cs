using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class SecrecyTests
{
    [Fact]
    public async Task No_log_has_the_number_of_a_list()
    {
        using var log = new NotedLog();
        await using var gateway = await TestGateway.StartAsync(
            addServices: services => services.AddSingleton<ILoggerProvider>(log));
        gateway.Grains.Before = call =>
            call.Method == "IsKnown" ? Task.CompletedTask : throw new TimeoutException("nobody there");

        foreach (var path in new[] { "/get/0", "/init", "/get", "/update_job/1/2" })
        {
            Assert.Equal(503, (await gateway.GetAsync(path, ("jobix", "918273645"))).Status);
        }

        Assert.Contains(log.Lines, line => line.Contains("IStageQueueGrain", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("918273645", StringComparison.Ordinal));
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
