namespace Sluice.Simulation.Engine;

/// <summary>A server dies at the place that calls this, or a moment later: all of it, or one activation.</summary>
/// <param name="chance">Says which, and when.</param>
/// <param name="key">Of the grain whose activation may die alone; null: only the whole server can.</param>
internal delegate void Mishap(ChanceStream chance, string? key);
