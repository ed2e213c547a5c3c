using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Activations;

namespace Sluice.EmbeddedHost.Classes;

/// <summary>
/// Makes grains of one class. What all activations share is found once, and a scope of services is made only for a
/// constructor that asks for something else: a scope costs more memory than an activation.
/// </summary>
internal sealed class GrainConstructor
{
    private readonly Type _type;
    private readonly Func<object?[], object> _construct;
    private readonly ConstructorParameter[] _parameters;
    private object?[]? _shared;

    public GrainConstructor(Type type, IServiceCollection services)
    {
        _type = type;
        var constructors = type.GetConstructors();
        if (constructors is not [var constructor])
        {
            throw new NotSupportedException($"{type.Name} has {constructors.Length} public constructors, not one");
        }

        var invoker = ConstructorInvoker.Create(constructor);
        _construct = arguments => invoker.Invoke(arguments.AsSpan());
        _parameters =
            [
                .. constructor.GetParameters()
                    .Select(parameter => ConstructorParameter.Create(type, parameter, services)),
            ];
    }

    public void Prepare(IServiceProvider services) => _ = Shared(services);

    public (Grain Grain, IReadOnlyList<ILoadedState> States) Construct(Activation activation)
    {
        var arguments = (object?[])Shared(activation.HostServices).Clone();
        List<ILoadedState>? states = null;
        for (var index = 0; index < arguments.Length; index++)
        {
            if (_parameters[index].PerActivation is { } make)
            {
                arguments[index] = make(activation, arguments[index]);
                if (arguments[index] is ILoadedState state)
                {
                    (states ??= []).Add(state);
                }
            }
        }

        var grain = GrainActivationScope.Run(activation, _construct, arguments);
        return ((Grain)grain, states ?? (IReadOnlyList<ILoadedState>)[]);
    }

    // Two activations may both come here first; they find the same.
    private object?[] Shared(IServiceProvider services)
    {
        if (_shared is { } known)
        {
            return known;
        }

        try
        {
            return _shared = [.. _parameters.Select(parameter => parameter.Shared?.Invoke(services))];
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"{_type.Name} cannot be made: {exception.Message}", exception);
        }
    }
}
