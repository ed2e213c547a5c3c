using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Grains;
using Sluice.Grains.Ports;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Store;

/// <summary>
/// The store as one process sees it: slow now and then, failing before a commit or after it, in conflict, or stalled.
/// </summary>
internal sealed partial class FaultyStore : IGrainStorage, IJobRows, IRowCollections, IDueRows, IEventRows
{
    /// <summary>Nobody here reads as far back as that.</summary>
    private const int MaxEvents = 1_000;

    private readonly ModelStore _model;
    private readonly Simulator _simulator;
    private readonly SimulatedProcess _process;
    private readonly FaultPlan _faults;
    private readonly Mishap _mishap;

    public FaultyStore(
        Simulator simulator, SimulatedProcess process, FaultPlan faults, ModelTables tables, Mishap mishap)
    {
        (_simulator, _process, _faults, _mishap) = (simulator, process, faults, mishap);
        _model = new(Json, process.Time, tables)
        {
            CommitPath = CommitAsync,
            MarkerLifetimeChanges = faults.MarkerLifetimeChanges,
            MaxEvents = MaxEvents,
        };
    }

    public static JsonSerializerOptions Json { get; } =
        new(GrainsJsonContext.Default.Options) { TypeInfoResolver = GrainsJsonContext.Default };

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadAsync($"read/{grainId.Key}", async () =>
        {
            await _model.ReadStateAsync(stateName, grainId, grainState);
            return true;
        });

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _model.WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _model.ClearStateAsync(stateName, grainId, grainState);

    public ValueTask<long> ReadNewestChangeAsync(string domain, CancellationToken cancellationToken) =>
        new(ReadAsync("newest-change", () => _model.ReadNewestChangeAsync(domain, cancellationToken).AsTask()));

    public Task<ImmutableArray<JobRow>?> ReadChangesAsync(
        string domain, long after, int max, CancellationToken cancellationToken) =>
        ReadAsync("changes", () => _model.ReadChangesAsync(domain, after, max, cancellationToken));

    public Task<ImmutableArray<JobRow>> ReadActiveAsync(
        string domain, long after, int max, CancellationToken cancellationToken) =>
        ReadAsync("active", () => _model.ReadActiveAsync(domain, after, max, cancellationToken));

    public Task<ImmutableArray<JobRow>> ReadRunnableAsync(
        string domain, long after, int max, CancellationToken cancellationToken) =>
        ReadAsync("runnable", () => _model.ReadRunnableAsync(domain, after, max, cancellationToken));

    public Task<ImmutableArray<JobRow>> ReadInOrderAsync(
        string domain, long after, int max, CancellationToken cancellationToken) =>
        ReadAsync("in-order", () => _model.ReadInOrderAsync(domain, after, max, cancellationToken));

    public Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken) =>
        _model.WaitForChangeAsync(domain, after, cancellationToken);

    public Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken) =>
        ReadAsync($"load/{owner}", () => _model.LoadAsync(owner, cancellationToken));

    public Task<string> CommitAsync(RowBatch batch, CancellationToken cancellationToken) =>
        _model.CommitAsync(batch, cancellationToken);

    public Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken) =>
        ReadAsync("due", () => _model.ReadDueAsync(now, max, cancellationToken));

    public Task<EventRows> ReadEventsAsync(
        string domain, long after, int max, string? jobName, CancellationToken cancellationToken) =>
        ReadAsync("events", () => _model.ReadEventsAsync(domain, after, max, jobName, cancellationToken));

    public Task<EventRows> ReadLatestEventsAsync(
        string domain, int max, string? jobName, CancellationToken cancellationToken) =>
        ReadAsync("events", () => _model.ReadLatestEventsAsync(domain, max, jobName, cancellationToken));

    public Task WaitForEventAsync(string domain, long after, CancellationToken cancellationToken) =>
        _model.WaitForEventAsync(domain, after, cancellationToken);

    /// <summary>The model reads on the spot; what was read may be old by the time it is answered.</summary>
    private Task<T> ReadAsync<T>(string what, Func<Task<T>> read)
    {
        var chance = _simulator.Chance.Stream($"store.{what}");
        if (chance.Strikes(_faults.FailedRead, "failed"))
        {
            return Answer<T>(chance.Span(0.001, 5), () => throw new StoreFault("the store could not be read"));
        }

        var before = Delay(chance);
        var after = Delay(chance);
        if (before + after == TimeSpan.Zero)
        {
            return read();
        }

        var answer = new TaskCompletionSource<T>();
        _simulator.After(before, _process, () =>
        {
            var value = read().GetAwaiter().GetResult();
            _simulator.After(after, _process, () => answer.SetResult(value));
        });
        return answer.Task;
    }

    private Task<T> Answer<T>(TimeSpan delay, Func<T> answer)
    {
        var promise = new TaskCompletionSource<T>();
        _simulator.After(delay, _process, () =>
        {
            try
            {
                promise.SetResult(answer());
            }
            catch (Exception exception)
            {
                promise.SetException(exception);
            }
        });
        return promise.Task;
    }

    /// <summary>Mostly none: a step saved. What is stalled waits for the end of the stall.</summary>
    private TimeSpan Delay(ChanceStream chance)
    {
        var stall = _faults.StallEndsAt - _simulator.Now;
        if (stall > TimeSpan.Zero)
        {
            return stall + chance.Span(0.001, 0.1);
        }

        return chance.Strikes(_faults.SlowStore, "slow") ? chance.Span(0.1, 20)
            : chance.Is(0.6) ? TimeSpan.Zero
            : chance.Span(0.0001, 0.01);
    }
}
