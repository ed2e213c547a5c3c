namespace Sluice.EmbeddedHost;

/// <summary>What simulations do to activations.</summary>
internal sealed partial class GrainHost
{
    /// <summary>Keys of all activations, in their order.</summary>
    public IReadOnlyList<string> ActiveKeys =>
        [.. Classes.All.SelectMany(grainClass => grainClass.Activations.Keys).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The activation vanishes in the middle of whatever it does: no code of it runs any more, not even what cleans up,
    /// and who waits for it gets no answer. The next call makes a new one.
    /// </summary>
    /// <returns>False: there is no activation of that key.</returns>
    public bool Crash(string key)
    {
        foreach (var grainClass in Classes.All)
        {
            if (grainClass.Activations.TryGetValue(key, out var activation))
            {
                activation.Crash();
                Forget(activation);
                return true;
            }
        }

        return false;
    }
}
