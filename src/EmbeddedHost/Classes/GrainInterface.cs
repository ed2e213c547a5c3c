using System.Collections.Frozen;
using System.Reflection;
using Sluice.EmbeddedHost.Calls;
using Sluice.EmbeddedHost.Copying;

namespace Sluice.EmbeddedHost.Classes;

/// <summary>A grain interface: its methods, and the classes that implement it.</summary>
internal sealed class GrainInterface
{
    private readonly FrozenDictionary<MethodInfo, GrainMethod> _methods;
    private readonly (GrainClass Class, GrainReference Prototype)[] _implementations;

    public GrainInterface(GrainHost host, Type type, IEnumerable<GrainClass> classes, Copiers copiers)
    {
        Type = type;
        _methods = type.GetInterfaces()
            .Append(type)
            .SelectMany(declaring => declaring.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .ToFrozenDictionary(method => method, method => GrainMethod.Create(method, copiers));
        _implementations =
            [.. classes.Select(grainClass => (grainClass, GrainReference.CreatePrototype(host, this, grainClass)))];
    }

    public Type Type { get; }

    public GrainMethod MethodOf(MethodInfo method) => _methods[method];

    /// <exception cref="ArgumentException">The interface does not tell which class is meant.</exception>
    public GrainReference Prototype(string? classNamePrefix)
    {
        if (_implementations is [var only] && classNamePrefix is null)
        {
            return only.Prototype;
        }

        var meant = _implementations
            .Where(one => one.Class.ImplementationType.FullName!.StartsWith(
                classNamePrefix ?? "", StringComparison.Ordinal))
            .ToArray();
        return meant switch
        {
            [var one] => one.Prototype,
            [] => throw new ArgumentException(
                $"no grain class whose full name begins with '{classNamePrefix}' implements {Type.Name}"),
            _ => throw new ArgumentException(
                $"{Type.Name} is ambiguous: it is implemented by "
                + string.Join(", ", meant.Select(one => one.Class.ImplementationType.Name))
                + "; ask for an interface that only one of them implements"),
        };
    }

    /// <exception cref="ArgumentException">No class of that grain type implements the interface.</exception>
    public GrainReference Prototype(GrainType grainType)
    {
        foreach (var (grainClass, prototype) in _implementations)
        {
            if (grainClass.Type == grainType)
            {
                return prototype;
            }
        }

        throw new ArgumentException($"no grain class of type '{grainType}' implements {Type.Name}");
    }
}
