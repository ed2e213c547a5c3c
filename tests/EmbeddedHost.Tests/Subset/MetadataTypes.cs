using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sluice.EmbeddedHost.Tests.Subset;

/// <summary>The public and protected surface of an assembly, read without loading it or what it depends on.</summary>
internal sealed class MetadataTypes : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;

    public MetadataTypes(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
    }

    /// <summary>Members by the full name of their public type, each as text such as <c>Void Change(TimeSpan)</c>.</summary>
    public IReadOnlyDictionary<string, ImmutableHashSet<string>> Read() =>
        _reader.TypeDefinitions
            .Select(_reader.GetTypeDefinition)
            .Where(type => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
            .ToDictionary(type => $"{_reader.GetString(type.Namespace)}.{_reader.GetString(type.Name)}", Members);

    public void Dispose() => _file.Dispose();

    private ImmutableHashSet<string> Members(TypeDefinition type) =>
    [
        .. type.GetMethods().Select(_reader.GetMethodDefinition).Where(IsVisible).Select(Describe),
        .. type.GetFields().Select(_reader.GetFieldDefinition).Where(IsLiteral).Select(Describe),
        .. type.GetInterfaceImplementations()
            .Select(handle => _reader.GetInterfaceImplementation(handle).Interface)
            .Select(handle => "is " + NameOf(handle)),
        .. type.BaseType.IsNil ? Array.Empty<string>() : ["is " + NameOf(type.BaseType)],
    ];

    private string Describe(MethodDefinition method)
    {
        var signature = method.DecodeSignature(SignatureNames.Instance, null);
        return $"{signature.ReturnType} {_reader.GetString(method.Name)}({string.Join(", ", signature.ParameterTypes)})";
    }

    private string Describe(FieldDefinition field)
    {
        var value = _reader.GetBlobReader(_reader.GetConstant(field.GetDefaultValue()).Value).ReadByte();
        return $"{_reader.GetString(field.Name)} = {value}";
    }

    private string NameOf(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => SignatureNames.Instance.GetTypeFromDefinition(_reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => SignatureNames.Instance.GetTypeFromReference(_reader, (TypeReferenceHandle)handle, 0),
        _ => SignatureNames.Instance.GetTypeFromSpecification(_reader, null, (TypeSpecificationHandle)handle, 0),
    };

    private static bool IsVisible(MethodDefinition method) =>
        (method.Attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    /// <summary>Members of enums; all of ours fit a byte.</summary>
    private static bool IsLiteral(FieldDefinition field) =>
        field.Attributes.HasFlag(FieldAttributes.Public | FieldAttributes.Literal);
}
