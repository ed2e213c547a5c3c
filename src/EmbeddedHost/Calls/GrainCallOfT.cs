using Sluice.EmbeddedHost.Classes;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>A call by a reference.</summary>
internal sealed class GrainCall<TResult>(
    GrainHost host, GrainMethod<TResult> method, GrainClass grainClass, string key, object?[] arguments)
    : GrainCall, IAddressedCall
{
    /// <summary>A grain that ends every activation before it serves a call would pass it on for ever.</summary>
    private const int MaxForwards = 8;

    private readonly TaskCompletionSource<TResult> _promise = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _forwards;

    public override CallKind Kind => method.Kind;

    public GrainClass Class => grainClass;

    public string Key => key;

    /// <summary>What the caller awaits.</summary>
    public Task<TResult> Promise => _promise.Task;

    public override Task Invoke(Grain grain) => method.Invoke(grain, arguments);

    public override void Complete(Task answered)
    {
        host.CallEnded();
        if (answered.IsFaulted)
        {
            _promise.TrySetException(answered.Exception.InnerExceptions);
        }
        else if (answered.IsCanceled)
        {
            _promise.TrySetCanceled();
        }
        else
        {
            CompleteWith(answered);
        }
    }

    public override void Fail(Exception exception)
    {
        host.CallEnded();
        _promise.TrySetException(exception);
    }

    public override void Forward()
    {
        if (++_forwards > MaxForwards)
        {
            Fail(new OrleansMessageRejectionException(
                $"{method.Name} was not served: {MaxForwards} activations of "
                + $"{host.NameForLogs(grainClass.Type, key)} ended before it"));
            return;
        }

        host.Dispatch(this);
    }

    private void CompleteWith(Task answered)
    {
        try
        {
            _promise.TrySetResult(method.CopyResult(answered));
        }
#pragma warning disable CA1031 // Whatever keeps a result from being copied is for the caller, who would wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _promise.TrySetException(exception);
        }
    }
}
