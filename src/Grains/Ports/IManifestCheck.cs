namespace Sluice.Grains.Ports;

/// <summary>Tells before a job is recorded whether its executor could run it at all.</summary>
public interface IManifestCheck
{
    /// <summary>What keeps the manifest from running here, for people; null: nothing.</summary>
    string? FindProblem(string manifestText);
}
