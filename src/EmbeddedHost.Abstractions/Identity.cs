namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>What can be addressed by a grain call.</summary>
public interface IAddressable;

/// <summary>Marks a grain interface.</summary>
public interface IGrain : IAddressable;

/// <summary>A grain that is named by a string.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>The stable name of a kind of grain, as stored.</summary>
public readonly record struct GrainType(string Name)
{
    public static GrainType Create(string value) => new(value);

    public override string ToString() => Name;
}

/// <summary>The key of a grain among its kind.</summary>
public readonly record struct IdSpan(string Text)
{
    public static IdSpan Create(string id) => new(id);

    public override string ToString() => Text;
}

/// <summary>The full name of one grain: <c>type/key</c>.</summary>
public readonly record struct GrainId(GrainType Type, IdSpan Key)
{
    public static GrainId Create(string type, string key) => new(GrainType.Create(type), IdSpan.Create(key));

    public override string ToString() => $"{Type}/{Key}";
}

/// <summary>Gives references to grains; a grain need not exist to be referred to.</summary>
public interface IGrainFactory
{
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;
}

public static class GrainExtensions
{
    /// <summary>The string key of a grain, or of a reference to one.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain switch
    {
        Grain activation => activation.GrainContext.GrainId.Key.ToString(),
        IGrainReference reference => reference.GrainId.Key.ToString(),
        _ => throw new ArgumentException("neither a grain nor a reference to one", nameof(grain)),
    };
}

/// <summary>What the host's references implement, so that a reference can tell whom it names.</summary>
public interface IGrainReference : IAddressable
{
    GrainId GrainId { get; }
}
