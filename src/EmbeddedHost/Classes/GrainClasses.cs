using System.Collections.Frozen;
using Sluice.EmbeddedHost.Copying;

namespace Sluice.EmbeddedHost.Classes;

/// <summary>All registered grain classes and their interfaces.</summary>
internal sealed class GrainClasses
{
    private static readonly Type[] Markers = [typeof(IAddressable), typeof(IGrain), typeof(IGrainWithStringKey)];

    private readonly FrozenDictionary<Type, GrainInterface> _interfaces;

    public GrainClasses(GrainHost host, IEnumerable<GrainClass> classes)
    {
        All = [.. classes.OrderBy(grainClass => grainClass.Type.ToString(), StringComparer.Ordinal)];
        if (All.GroupBy(grainClass => grainClass.Type).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException(
                $"the grain type '{twice.Key}' is given to several classes: "
                + string.Join(", ", twice.Select(grainClass => grainClass.ImplementationType.Name)));
        }

        var copiers = new Copiers();
        _interfaces = All
            .SelectMany(grainClass => InterfacesOf(grainClass).Select(type => (Type: type, Class: grainClass)))
            .GroupBy(pair => pair.Type, pair => pair.Class)
            .ToFrozenDictionary(same => same.Key, same => new GrainInterface(host, same.Key, same, copiers));
    }

    /// <summary>By grain type, ordinal.</summary>
    public IReadOnlyList<GrainClass> All { get; }

    /// <exception cref="ArgumentException">No grain class implements it.</exception>
    public GrainInterface Interface(Type type) =>
        _interfaces.TryGetValue(type, out var found)
            ? found
            : throw new ArgumentException($"no grain class that this host knows implements {type.Name}");

    private static IEnumerable<Type> InterfacesOf(GrainClass grainClass) =>
        grainClass.ImplementationType.GetInterfaces()
            .Where(type => type.IsAssignableTo(typeof(IGrainWithStringKey)) && !Markers.Contains(type));
}
