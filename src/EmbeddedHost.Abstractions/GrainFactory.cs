namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>Gives references to grains; a grain need not exist to be referred to.</summary>
public interface IGrainFactory
{
    /// <summary>A reference by interface and key.</summary>
    /// <param name="primaryKey">Not empty.</param>
    /// <param name="grainClassNamePrefix">
    /// How the full name of the grain class begins, where several classes implement the interface.
    /// </param>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>A reference by full name, which is never ambiguous.</summary>
    TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable;
}

/// <summary>What a grain and a reference to one can be asked alike.</summary>
public static class GrainExtensions
{
    /// <summary>The full name of a grain, or of what a reference refers to.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        IGrainBase activation => activation.GrainContext.GrainId,
        IGrainReference reference => reference.GrainId,
        _ => throw new ArgumentException("neither a grain nor a reference to one", nameof(grain)),
    };

    /// <summary>The string key of a grain, or of what a reference refers to.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();
}

/// <summary>What the host's references implement, so that a reference can tell whom it names.</summary>
internal interface IGrainReference : IAddressable
{
    GrainId GrainId { get; }
}
