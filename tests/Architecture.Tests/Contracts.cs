using System.Reflection;
using Sluice.Grains.Interfaces;

namespace Sluice.Architecture.Tests;

/// <summary>
/// What crosses grain calls, found by reflection; attributes are read by name, which both hosts share.
/// </summary>
internal static class Contracts
{
    private static readonly Assembly Assembly = typeof(GrainKeys).Assembly;

    public static IReadOnlyList<Type> GrainInterfaces { get; } =
    [
        .. VisibleTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
            .OrderBy(type => type.FullName),
    ];

    /// <summary>
    /// All that a grain method takes or returns, what these are made of, and all that is marked as a contract.
    /// </summary>
    public static IReadOnlyList<Type> Types { get; } = [.. Reachable().Where(type => type.Assembly == Assembly)];

    /// <summary>As <see cref="Types"/>, of other assemblies.</summary>
    public static IReadOnlyList<Type> ForeignTypes { get; } = [.. Reachable().Where(type => type.Assembly != Assembly)];

    public static IEnumerable<MethodInfo> Methods(Type grainInterface) => grainInterface.GetMethods();

    public static bool Has(MemberInfo member, string attribute) => Find(member, attribute) is not null;

    /// <summary>The value that an attribute was given; null: the member does not have it.</summary>
    public static object? ValueOf(MemberInfo member, string attribute) =>
        Find(member, attribute)?.ConstructorArguments[0].Value;

    /// <summary>Public properties that store something, and public fields.</summary>
    public static IEnumerable<MemberInfo> StoredMembers(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(IsStored),
        .. type.GetFields(BindingFlags.Instance | BindingFlags.Public),
    ];

    /// <summary>True for an <c>[Id]</c> on something that stores nothing, too.</summary>
    public static IEnumerable<MemberInfo> NumberedMembers(Type type) =>
        type.GetMembers(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(member => Has(member, "IdAttribute"));

    private static IEnumerable<Type> VisibleTypes() => Assembly.GetExportedTypes();

    private static HashSet<Type> Reachable()
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(
            GrainInterfaces.SelectMany(Methods)
                .SelectMany(method => method.GetParameters().Select(one => one.ParameterType).Append(method.ReturnType))
                .Concat(VisibleTypes().Where(type => Has(type, "GenerateSerializerAttribute"))));
        while (open.TryDequeue(out var next))
        {
            foreach (var part in Parts(next).Where(found.Add))
            {
                var members = part.Assembly == Assembly && !part.IsEnum ? StoredMembers(part) : [];
                foreach (var member in members)
                {
                    open.Enqueue(
                        member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType);
                }
            }
        }

        return found;
    }

    /// <summary>A type taken apart into those that its values consist of.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.IsArray)
        {
            return [typeof(Array), .. Parts(type.GetElementType()!)];
        }

        return type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
            : [type];
    }

    private static bool IsStored(PropertyInfo property) =>
        property.DeclaringType!.GetField(
            $"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static CustomAttributeData? Find(MemberInfo member, string attribute) =>
        member.GetCustomAttributesData().FirstOrDefault(one => one.AttributeType.Name == attribute);
}
