namespace Sluice.Manifests;

/// <summary>Reads manifests of the workload manager.</summary>
public static class ManifestReader
{
    /// <summary>Reads one Pod, Job or PyTorchJob. Never throws on bad input: the problem is in the answer.</summary>
    public static ManifestReading Read(string yaml) => throw new NotImplementedException();
}
