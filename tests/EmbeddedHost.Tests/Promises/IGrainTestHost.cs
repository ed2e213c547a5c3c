namespace Sluice.EmbeddedHost.Tests.Promises;

/// <summary>
/// A running host with all grains of <c>Promises/Grains</c>, the <see cref="Probe"/> and the <see cref="Records"/> as
/// singletons, and <see cref="Time"/> as the clock of timers. One serves all tests of a class: each test takes keys of its own.
/// </summary>
public interface IGrainTestHost
{
    IGrainFactory Grains { get; }

    Probe Probe { get; }

    Records Records { get; }

    FakeTimeProvider Time { get; }

    /// <summary>Has every activation end that is idle and may end for it; what follows may still be on its way.</summary>
    Task EndIdleAsync();
}
