using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Capacity;

public sealed class AllocationCourierTests
{
    [Fact]
    public async Task Jobs_that_cannot_be_reached_keep_no_other_waiting()
    {
        var grains = DispatchProxy.Create<IGrainFactory, FakeGrains>();
        var fake = (FakeGrains)(object)grains;
        fake.Unreachable = ["job/1", "job/2", "job/3"];
        using var meters = new Meters();
        // Time stands still, and nothing is signalled: all of it happens in one pass.
        using var courier = new AllocationCourier(
            grains,
            new DecisionSignal(),
            new CapacityInstruments(meters),
            Options.Create(new CapacityOptions { MaxDeliveriesPerPage = 2 }),
            new FakeTimeProvider(),
            NullLogger<AllocationCourier>.Instance);
        await courier.StartAsync(CancellationToken.None);

        await Eventually.IsTrueAsync(() => fake.Delivered.Count == 4, "the other four are delivered");

        Assert.Equal([4, 5, 6, 7], fake.Delivered.Order());
        await courier.StopAsync(CancellationToken.None);
    }

    /// <summary>A ledger with seven decisions that no job ever confirms, and the jobs.</summary>
    public class FakeGrains : DispatchProxy
    {
        public ImmutableHashSet<string> Unreachable { get; set; } = [];

        public ConcurrentBag<long> Delivered { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.GetGenericArguments()[0] == typeof(IClusterCapacityGrain))
            {
                return Create<IClusterCapacityGrain, FakeLedger>();
            }

            var job = Create<IJobGrain, FakeJob>();
            var fake = (FakeJob)(object)job;
            (fake.Grains, fake.Key) = (this, (string)args![0]!);
            return job;
        }
    }

    public class FakeLedger : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Task.FromResult(Enumerable.Range(1, 7)
                .Select(number => new UndeliveredAllocation(
                    $"job/{number}", new() { Uid = "u", Generation = number, GpuCount = 1, Reason = "r" }))
                .Where(decision => decision.Allocation.Generation > (long)args![0]!)
                .Take((int)args![1]!)
                .ToImmutableArray());
    }

    public class FakeJob : DispatchProxy
    {
        public FakeGrains Grains { get; set; } = null!;

        public string Key { get; set; } = "";

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (Grains.Unreachable.Contains(Key))
            {
                return Task.FromException(new TimeoutException("nobody there"));
            }

            Grains.Delivered.Add(((Allocation)args![0]!).Generation);
            return Task.CompletedTask;
        }
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
