using Sluice.EmbeddedHost.Classes;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>Makes references to the grains of the registered classes.</summary>
internal sealed class GrainReferences(GrainClasses classes) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        var prototype = classes.Interface(typeof(TGrainInterface)).Prototype(grainClassNamePrefix);
        return (TGrainInterface)(object)prototype.For(primaryKey);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable
    {
        var prototype = classes.Interface(typeof(TGrainInterface)).Prototype(grainId.Type);
        return (TGrainInterface)(object)prototype.For(grainId.Key.ToString());
    }
}
