namespace Sluice.Manifests;

/// <summary>Tells how a manifest runs as local processes.</summary>
public static class LocalPlanner
{
    /// <summary>One process a replica. What cannot be had locally is named in the problem.</summary>
    public static LocalPlan Plan(string yaml, ManifestAssignment assignment, int masterPort) =>
        throw new NotImplementedException();
}
