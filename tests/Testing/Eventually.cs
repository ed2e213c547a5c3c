using System.Diagnostics;

namespace Sluice.Testing;

/// <summary>Waits for what other threads or processes bring about; for conditions that nothing announces.</summary>
public static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a test waits for what is sure to come: long, for a busy machine.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns once the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the deadline (default: <see cref="Deadline"/>).</exception>
    public static Task IsTrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, deadline);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, string, TimeSpan?)"/>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var limit = deadline ?? Deadline;
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"after {limit} still not: {what}");
            }

            await Task.Delay(PollInterval);
        }
    }

    /// <summary>The task's result, or a failure of the test when it does not come.</summary>
    public static Task<T> InTimeAsync<T>(this Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(Deadline);
    }

    /// <inheritdoc cref="InTimeAsync{T}(Task{T})"/>
    public static Task InTimeAsync(this Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(Deadline);
    }
}
