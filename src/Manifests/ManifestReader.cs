namespace Sluice.Manifests;

/// <summary>Reads manifests of the workload manager.</summary>
public static class ManifestReader
{
    /// <summary>
    /// Reads one Pod, Job or PyTorchJob. Never throws on bad input: the problem is in the answer, each thing with its
    /// path, such as <c>spec.containers[0].resources.limits["nvidia.com/gpu"]: …</c>. Limits:
    /// <see cref="ManifestLimits"/>.
    /// </summary>
    public static ManifestReading Read(string yaml)
    {
        var layout = ManifestLayout.Read(yaml, out var problem);
        return new(layout?.Manifest, problem);
    }
}
