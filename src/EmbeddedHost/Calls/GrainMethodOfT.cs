using System.Reflection;
using Sluice.EmbeddedHost.Classes;
using Sluice.EmbeddedHost.Copying;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>A method of a grain interface by the type of its result.</summary>
internal sealed class GrainMethod<TResult> : GrainMethod
{
    private readonly Copier? _resultCopier;

    public GrainMethod(MethodInfo method, Copiers copiers)
        : base(method, copiers)
    {
        if (method.ReturnType == typeof(Task))
        {
            return;
        }

        try
        {
            _resultCopier = copiers.ForDeclared(typeof(TResult));
        }
        catch (NotSupportedException exception)
        {
            throw new NotSupportedException($"{Name}, result: {exception.Message}", exception);
        }
    }

    public override Task Send(GrainHost host, GrainClass grainClass, string key, object?[] arguments)
    {
        try
        {
            arguments = CopyArguments(arguments);
        }
        catch (NotSupportedException exception)
        {
            return Task.FromException<TResult>(new NotSupportedException($"{Name}: {exception.Message}", exception));
        }

        if (!host.TryAdmitCall())
        {
            return Task.FromException<TResult>(new SiloUnavailableException(
                $"{Name} was not called: the host of {host.NameForLogs(grainClass.Type, key)} is stopping"));
        }

        var call = new GrainCall<TResult>(host, this, grainClass, key, arguments);
        host.Dispatch(call);
        return call.Promise;
    }

    /// <exception cref="NotSupportedException">The value cannot be copied.</exception>
    public TResult CopyResult(Task answered)
    {
        if (answered is not Task<TResult> { Result: var result })
        {
            return default!;
        }

        return _resultCopier is null ? result : (TResult)new CopyContext().Copy(result, _resultCopier)!;
    }
}
