using System.Reflection;
using Sluice.EmbeddedHost.Classes;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>A typed reference to a grain: every call on its interface becomes a <see cref="GrainCall"/>.</summary>
#pragma warning disable CA1852 // The proxies that are made at run time derive from it.
internal class GrainReference : DispatchProxy, IGrainReference, IEquatable<GrainReference>
#pragma warning restore CA1852
{
    private GrainHost _host = null!;
    private GrainInterface _interface = null!;
    private GrainClass _class = null!;
    private string _key = "";

    public GrainId GrainId => new(_class.Type, IdSpan.Create(_key));

    /// <summary>
    /// A reference without a key, from which the others are cloned: finding the proxy's type costs much more.
    /// </summary>
    public static GrainReference CreatePrototype(GrainHost host, GrainInterface grainInterface, GrainClass grainClass)
    {
        var prototype = (GrainReference)Create(grainInterface.Type, typeof(GrainReference));
        prototype._host = host;
        prototype._interface = grainInterface;
        prototype._class = grainClass;
        return prototype;
    }

    public GrainReference For(string key)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference._key = key;
        return reference;
    }

    public bool Equals(GrainReference? other) =>
        other is not null && ReferenceEquals(_class, other._class) && _key == other._key;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"{_interface.Type.Name} {_host.NameForLogs(_class.Type, _key)}";

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _interface.MethodOf(targetMethod!).Send(_host, _class, _key, args ?? []);
}
