using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Local;

/// <summary>Says at the deployment what would keep a job from ever running on this machine.</summary>
internal sealed class LocalManifestCheck(PlanLocally plan) : IManifestCheck
{
    private const int AnyPort = 29500;

    public string? FindProblem(string manifestText)
    {
        var manifest = ManifestReader.Read(manifestText).Manifest;
        return manifest is null
            ? null
            : plan(manifestText, new() { GpuCount = manifest.GpuReq, SluiceUrl = "http://127.0.0.1" }, AnyPort).Problem;
    }
}
