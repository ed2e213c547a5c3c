namespace Sluice.Simulation.Calls;

/// <summary>A call that is not answered yet.</summary>
internal abstract class PendingCall(CallText text)
{
    public CallText Text => text;

    /// <summary>Runs it at a host; the task is the grain's own.</summary>
    public abstract Task Invoke(IGrainFactory host);

    /// <summary>Hands over what the grain answered; only the first answer counts.</summary>
    public abstract void Answer(Task answered);

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class PendingCall<T>(CallText text, Func<IGrainFactory, Task> invoke) : PendingCall(text)
{
    private readonly TaskCompletionSource<T> _promise = new();

    public Task<T> Promise => _promise.Task;

    public override Task Invoke(IGrainFactory host) => invoke(host);

    public override void Answer(Task answered)
    {
        if (answered.IsCompletedSuccessfully)
        {
            _promise.TrySetResult(answered is Task<T> { Result: var result } ? result : default!);
        }
        else
        {
            _promise.TrySetException(
                answered.Exception?.InnerExceptions ?? (IEnumerable<Exception>)[new TaskCanceledException(answered)]);
        }
    }

    public override void Fail(Exception exception) => _promise.TrySetException(exception);
}
