using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Simulation.Calls;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Tests.Checks;

namespace Sluice.Simulation.Tests;

/// <summary>What code throws that is no injected fault ends the history, wherever it was caught.</summary>
public sealed class BugTests : IBreaksPromises
{
    private readonly Simulator _simulator = new(new(1), new(null));

    IEnumerable<string> IBreaksPromises.Broken => [_simulator.Violation?.Invariant ?? ""];

    [Fact]
    [Breaks(Promises.NoCallFailsByABug)]
    public void A_call_that_fails_by_a_bug_shows_though_its_caller_tries_again()
    {
        Call(new InvalidOperationException("over-allocated"));

        Assert.Equal(Promises.NoCallFailsByABug, _simulator.Violation?.Invariant);
        Assert.Contains("over-allocated", _simulator.Violation?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_fails_by_an_injected_fault_is_no_bug()
    {
        Call(new StoreFault("injected"));
        Call(new InvalidOperationException("the ledger is loaded anew", new StoreFault("injected")));
        Call(new InconsistentStateException("two wrote"));

        Assert.Null(_simulator.Violation);
    }

    [Fact]
    public void An_exception_that_is_only_logged_shows()
    {
        var log = new ServerLog(_simulator, "p1");
        Log(log, LogLevel.Warning, new AggregateException(new StoreFault("injected")));
        Log(log, LogLevel.Warning, exception: null);
        Assert.Null(_simulator.Violation);

        Log(log, LogLevel.Warning, new AggregateException(new StoreFault("injected"), new KeyNotFoundException()));

        Assert.Equal(Promises.NoCallFailsByABug, _simulator.Violation?.Invariant);
    }

    [Fact]
    public void An_error_in_the_log_shows_though_nothing_was_thrown()
    {
        Log(new ServerLog(_simulator, "p1"), LogLevel.Error, exception: null);

        Assert.Equal(Promises.NoCallFailsByABug, _simulator.Violation?.Invariant);
    }

    [Fact]
    [Breaks(Promises.TheWorldGoesOn)]
    public void Work_of_the_world_that_nobody_waits_for_shows_when_it_fails()
    {
        _simulator.After(TimeSpan.FromSeconds(1), _simulator.World, () => _simulator.Watch(FailAsync()));

        _simulator.RunUntil(() => false);

        Assert.Equal(Promises.TheWorldGoesOn, _simulator.Violation?.Invariant);

        async Task FailAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _simulator.World.Time);
            throw new InvalidOperationException("a claim could not be read");
        }
    }

    private static void Log(ServerLog log, LogLevel level, Exception? exception) =>
        log.Log(level, new EventId(1), "a pass failed", exception, (state, _) => state);

    /// <summary>Calls a grain that throws, and lives through it.</summary>
    private void Call(Exception failure)
    {
        var network = new Network(_simulator, new(new(StringComparer.Ordinal)));
        var server = new SimulatedProcess(_simulator, "p1");
        network.Join(server, new FailingGrains(failure), (_, _) => { });
        var caught = false;
        _simulator.World.Run(async () =>
        {
            try
            {
                await new CallPath(network, _simulator.World).GetGrain<IJobGrain>("job/default/a").GetAsync();
            }
            catch (Exception exception) when (exception.GetType() == failure.GetType())
            {
                caught = true;
            }
        });
        _simulator.After(TimeSpan.FromHours(1), _simulator.World, () => { });
        _simulator.RunUntil(() => caught);
    }

    private sealed class FailingGrains(Exception failure) : IGrainFactory
    {
        public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey
        {
            var grain = System.Reflection.DispatchProxy.Create<TGrainInterface, FailingGrain>();
            ((FailingGrain)(object)grain).Failure = failure;
            return grain;
        }

        public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable => throw new NotSupportedException();
    }

#pragma warning disable CA1852 // The proxies that are made at run time derive from it.
    internal class FailingGrain : System.Reflection.DispatchProxy
#pragma warning restore CA1852
    {
        public Exception Failure { get; set; } = null!;

        protected override object Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) =>
            Task.FromException<JobRecord?>(Failure);
    }
}
