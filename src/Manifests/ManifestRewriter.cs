namespace Sluice.Manifests;

/// <summary>Makes of a manifest what is applied.</summary>
public static class ManifestRewriter
{
    /// <summary>The manifest with the assigned GPUs; all else keeps its nodes, key order and scalar values.</summary>
    public static string Rewrite(string yaml, ManifestAssignment assignment) => throw new NotImplementedException();
}
