using System.Collections.Concurrent;

namespace Sluice.EmbeddedHost.Tests.Promises;

/// <summary>What grains and tests tell each other: named events that happen once, and named counts.</summary>
public sealed class Probe
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _events = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public void Raise(string name) => Event(name).TrySetResult();

    public bool IsRaised(string name) => Event(name).Task.IsCompleted;

    public Task WhenAsync(string name) => Event(name).Task.WaitAsync(Deadline);

    public int Add(string name, int number = 1) => _counts.AddOrUpdate(name, number, (_, count) => count + number);

    public int Count(string name) => _counts.GetValueOrDefault(name);

    private TaskCompletionSource Event(string name) =>
        _events.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
