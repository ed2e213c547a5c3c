using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sluice.EmbeddedHost.Copying;

/// <summary>Copies an object field by field; fields that are not named stay as they are in a new object.</summary>
internal sealed class MembersCopier(Type type) : Copier
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly ConstructorInfo? _constructor =
        type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, Type.EmptyTypes);

    private (FieldInfo Field, Copier? Copier)[] _fields = [];

    /// <summary>Apart from the constructor, because a type may have members of its own type.</summary>
    public void Initialize(IEnumerable<FieldInfo> fields, Copiers copiers) =>
        _fields =
        [
            .. fields.Select(field => (field, IsImmutable(field) ? null : copiers.ForDeclared(field.FieldType))),
        ];

    /// <summary>The fields behind the members with an <c>[Id]</c>, those of base classes included.</summary>
    /// <exception cref="NotSupportedException">A numbered property computes its value.</exception>
    public static IEnumerable<FieldInfo> NumberedFields(Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            foreach (var field in level.GetFields(Declared).Where(field => field.IsDefined(typeof(IdAttribute))))
            {
                yield return field;
            }

            foreach (var property in level.GetProperties(Declared).Where(one => one.IsDefined(typeof(IdAttribute))))
            {
                yield return level.GetField($"<{property.Name}>k__BackingField", Declared)
                    ?? throw new NotSupportedException($"{level.Name}.{property.Name} has an [Id] but stores nothing");
            }
        }
    }

    public override object Copy(object value, CopyContext context)
    {
        var copy = _constructor?.Invoke(null) ?? RuntimeHelpers.GetUninitializedObject(type);
        context.Remember(value, copy);
        foreach (var (field, copier) in _fields)
        {
            field.SetValue(copy, context.Copy(field.GetValue(value), copier));
        }

        return copy;
    }

    private static bool IsImmutable(FieldInfo field)
    {
        if (field.IsDefined(typeof(ImmutableAttribute)))
        {
            return true;
        }

        var name = field.Name;
        var property = name.StartsWith('<')
            ? field.DeclaringType!.GetProperty(name[1..name.IndexOf('>', StringComparison.Ordinal)], Declared)
            : null;
        return property?.IsDefined(typeof(ImmutableAttribute)) == true;
    }
}
