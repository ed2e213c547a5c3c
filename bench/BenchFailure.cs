namespace Sluice.Bench;

/// <summary>What makes the whole run worthless, in words for a person.</summary>
internal sealed class BenchFailure(string message, Exception? inner = null) : Exception(message, inner);
