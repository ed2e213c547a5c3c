using Sluice.Manifests;

namespace Sluice.Gateway.Workloads;

/// <summary>Reads a manifest before it is handed to its grain, whose key needs the name.</summary>
/// <param name="yaml">The manifest as it was sent.</param>
public delegate ManifestReading ReadManifest(string yaml);
