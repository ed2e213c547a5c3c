using System.Reflection;
using Sluice.EmbeddedHost.Classes;
using Sluice.EmbeddedHost.Copying;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>A method of a grain interface: how it is called, and what of its arguments is copied.</summary>
internal abstract class GrainMethod
{
    private readonly MethodInvoker _invoker;
    private readonly Copier?[]? _argumentCopiers;

    protected GrainMethod(MethodInfo method, Copiers copiers)
    {
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
        Kind = CallKinds.Of(method);
        _invoker = MethodInvoker.Create(method);
        var argumentCopiers = method.GetParameters().Select(parameter => CopierOf(parameter, copiers)).ToArray();
        _argumentCopiers = argumentCopiers.Any(copier => copier is not null) ? argumentCopiers : null;
    }

    /// <summary>For messages, such as <c>IJobGrain.GetAsync</c>.</summary>
    public string Name { get; }

    public CallKind Kind { get; }

    /// <exception cref="NotSupportedException">The method is none that a grain interface may have.</exception>
    public static GrainMethod Create(MethodInfo method, Copiers copiers)
    {
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        var result = method.ReturnType;
        var isTask = result == typeof(Task)
            || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>));
        if (!isTask || method.IsGenericMethodDefinition || method.GetParameters().Any(p => p.ParameterType.IsByRef))
        {
            throw new NotSupportedException(
                $"{name}: a method of a grain interface returns Task or Task<T>, is not generic, and has no ref or "
                + "out");
        }

        var valueType = result.IsGenericType ? result.GetGenericArguments()[0] : typeof(NoResult);
        return (GrainMethod)typeof(GrainMethod<>).MakeGenericType(valueType)
            .GetConstructor([typeof(MethodInfo), typeof(Copiers)])!
            .Invoke(BindingFlags.DoNotWrapExceptions, null, [method, copiers], null);
    }

    /// <summary>Calls a grain; the task is of the type that the method declares.</summary>
    public abstract Task Send(GrainHost host, GrainClass grainClass, string key, object?[] arguments);

    /// <summary>Runs the method on an activation, in its turn.</summary>
    public Task Invoke(Grain grain, object?[] arguments) =>
        (Task?)_invoker.Invoke(grain, arguments.AsSpan())
            ?? throw new InvalidOperationException($"{Name} returned null instead of a task");

    protected object?[] CopyArguments(object?[] arguments)
    {
        if (_argumentCopiers is null)
        {
            return arguments;
        }

        var copies = new object?[arguments.Length];
        var context = new CopyContext();
        for (var index = 0; index < arguments.Length; index++)
        {
            copies[index] = context.Copy(arguments[index], _argumentCopiers[index]);
        }

        return copies;
    }

    private static Copier? CopierOf(ParameterInfo parameter, Copiers copiers)
    {
        if (parameter.IsDefined(typeof(ImmutableAttribute)))
        {
            return null;
        }

        try
        {
            return copiers.ForDeclared(parameter.ParameterType);
        }
        catch (NotSupportedException exception)
        {
            var method = parameter.Member;
            throw new NotSupportedException(
                $"{method.DeclaringType!.Name}.{method.Name}, parameter {parameter.Name}: {exception.Message}",
                exception);
        }
    }

    /// <summary>The result of a method that has none.</summary>
    protected readonly struct NoResult;
}
