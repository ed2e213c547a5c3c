using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Activations;

namespace Sluice.EmbeddedHost.Classes;

/// <summary>Where the value of a constructor's parameter comes from.</summary>
/// <param name="Shared">What all activations share; null: nothing.</param>
/// <param name="PerActivation">
/// Makes an activation's own value, given what is shared; null: the shared one is it.
/// </param>
internal sealed record ConstructorParameter(
    Func<IServiceProvider, object?>? Shared, Func<Activation, object?, object?>? PerActivation)
{
    public static ConstructorParameter Create(Type grainClass, ParameterInfo parameter, IServiceCollection services)
    {
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            return OfState(grainClass, parameter, state);
        }

        var type = parameter.ParameterType;
        if (type == typeof(IGrainContext))
        {
            return new(null, static (activation, _) => activation);
        }

        var key = parameter.GetCustomAttribute<FromKeyedServicesAttribute>()?.Key;
        if (!parameter.HasDefaultValue)
        {
            Func<IServiceProvider, object?> find = key is null
                ? provider => provider.GetRequiredService(type)
                : provider => provider.GetRequiredKeyedService(type, key);
            return IsSingleton(services, type, key) ? new(find, null) : Scoped(find);
        }

        Func<IServiceProvider, object?> tryFind = key is null
            ? provider => provider.GetService(type) ?? parameter.DefaultValue
            : provider => provider.GetKeyedServices(type, key).LastOrDefault() ?? parameter.DefaultValue;
        return IsSingleton(services, type, key) ? new(tryFind, null) : Scoped(tryFind);
    }

    private static ConstructorParameter Scoped(Func<IServiceProvider, object?> find) =>
        new(null, (activation, _) => find(activation.ActivationServices));

    private static ConstructorParameter OfState(
        Type grainClass, ParameterInfo parameter, PersistentStateAttribute state)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new NotSupportedException(
                $"{grainClass.Name}, parameter {parameter.Name}: [PersistentState] belongs on an IPersistentState<T>");
        }

        var valueType = type.GetGenericArguments()[0];
        if (!valueType.IsValueType && valueType.GetConstructor(Type.EmptyTypes) is null)
        {
            throw new NotSupportedException(
                $"{grainClass.Name}, parameter {parameter.Name}: {valueType.Name} has no public parameterless "
                + "constructor, so there is no state to begin with");
        }

        var create = ConstructorInvoker.Create(
            typeof(PersistentState<>).MakeGenericType(valueType).GetConstructors().Single());
        return new(
            provider => FindStorage(provider, state.StorageName),
            (activation, storage) => create.Invoke(activation, state.StateName, storage));
    }

    private static IGrainStorage FindStorage(IServiceProvider services, string? name)
    {
        var named = name is null ? null : services.GetKeyedService<IGrainStorage>(name);
        return named ?? services.GetService<IGrainStorage>()
            ?? throw new InvalidOperationException($"no IGrainStorage is registered, neither as '{name}' nor for all");
    }

    /// <summary>Whether all activations get the same: what is not known for sure is asked for by each.</summary>
    private static bool IsSingleton(IServiceCollection services, Type type, object? key)
    {
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (open == typeof(IEnumerable<>))
        {
            var element = type.GetGenericArguments()[0];
            return Registered(services, element, key)
                .Concat(element.IsGenericType ? Registered(services, element.GetGenericTypeDefinition(), key) : [])
                .All(one => one.Lifetime == ServiceLifetime.Singleton);
        }

        var meant = Registered(services, type, key).LastOrDefault()
            ?? (open is null ? null : Registered(services, open, key).LastOrDefault());
        return meant?.Lifetime == ServiceLifetime.Singleton;
    }

    private static IEnumerable<ServiceDescriptor> Registered(IServiceCollection services, Type type, object? key) =>
        services.Where(one => one.ServiceType == type && Equals(one.ServiceKey, key));
}
