namespace Sluice.Executors.Local;

/// <summary>A node whose GPUs exist in name only.</summary>
/// <param name="Name">1–253 characters; unique.</param>
/// <param name="GpuCount">0 to 1,000,000.</param>
public sealed record LocalNode(string Name, int GpuCount);
