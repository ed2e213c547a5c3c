namespace Sluice.Simulation.Store;

/// <summary>One commit of <see cref="ModelStore"/>, as its hooks see it.</summary>
/// <param name="Key">Key of the grain that writes.</param>
/// <param name="NewETag">What is stored with it.</param>
public sealed record ModelCommit(string Key, string NewETag);
