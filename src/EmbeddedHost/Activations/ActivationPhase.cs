namespace Sluice.EmbeddedHost.Activations;

/// <summary>The life of an activation, in its order.</summary>
internal enum ActivationPhase
{
    /// <summary>The grain is made, its state is read; calls wait.</summary>
    Starting,

    /// <summary>Serves calls.</summary>
    Active,

    /// <summary>Running calls go on; new ones wait for the next activation.</summary>
    Ending,

    /// <summary>Takes nothing any more.</summary>
    Ended,
}
