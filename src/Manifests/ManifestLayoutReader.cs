using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Finds in a tree what Sluice needs to know. All that is wrong is noted in the cursor's problems.</summary>
internal static class ManifestLayoutReader
{
    private const int DefaultBackoffLimit = 6;

    /// <returns>Of use only where no problem was noted.</returns>
    public static ManifestLayout? Read(YamlCursor manifest, YamlNode root)
    {
        if (manifest.Mapping() is null || ReadKind(manifest) is not { } kind)
        {
            return null;
        }

        var metadata = manifest["metadata"];
        var name = KubernetesNames.ReadName(metadata["name"]);
        var space = KubernetesNames.ReadNamespace(metadata["namespace"]);
        var annotations = ManifestAnnotations.Read(metadata["annotations"]);
        var found = ReplicaLayoutReader.Read(manifest["spec"], kind);
        if (found.IsEmpty)
        {
            return null;
        }

        var replicas = GpuRange.MarkGang(found, annotations, metadata["annotations"]);
        var scaled = GpuRange.Scaled(replicas);
        var range = GpuRange.Read(scaled, annotations, metadata["annotations"]);
        return new ManifestLayout
        {
            Root = root,
            Replicas = replicas,
            Manifest = new Manifest
            {
                Kind = kind,
                Name = name,
                Namespace = space,
                Replicas = CountGang(replicas, manifest["spec"]),
                GpuReq = range.Req,
                GpuLim = range.Lim,
                Priority = annotations.Priority,
                ScaleMode = annotations.ScaleMode,
                IsSuspendable = annotations.IsSuspendable,
                MinRunTime = annotations.MinRunTime,
                CheckpointDeadline = annotations.CheckpointDeadline,
                RestartPolicy = scaled.Restart.Policy,
                MinRetryableExitCode = scaled.Restart.MinRetryableExitCode,
                BackoffLimit = ReadBackoffLimit(manifest["spec"], kind),
            },
        };
    }

    private static ManifestKind? ReadKind(YamlCursor manifest)
    {
        var kind = manifest["kind"].RequiredText();
        var version = manifest["apiVersion"].RequiredText();
        if (kind is null || version is null)
        {
            return null;
        }

        var (known, expected) = kind switch
        {
            "Pod" => (ManifestKind.Pod, "v1"),
            "Job" => (ManifestKind.Job, "batch/v1"),
            "PyTorchJob" => (ManifestKind.PyTorchJob, "kubeflow.org/v1"),
            _ => (ManifestKind.None, ""),
        };
        if (known == ManifestKind.None)
        {
            manifest["kind"].Problem($"must be Pod, Job or PyTorchJob, not {Quoting.Quote(kind)}");
            return null;
        }

        if (version != expected)
        {
            manifest["apiVersion"].Problem($"must be {expected} for a {kind}, not {Quoting.Quote(version)}");
        }

        return known;
    }

    private static int CountGang(ImmutableArray<ReplicaLayout> replicas, YamlCursor spec)
    {
        var count = replicas.Where(replica => replica.IsInGang).Sum(replica => (long)replica.Count);
        if (count > ManifestLimits.MaxCount)
        {
            spec.Problem($"has {count} replicas; at most {ManifestLimits.MaxCount} are allowed");
        }

        return (int)Math.Clamp(count, 1, ManifestLimits.MaxCount);
    }

    private static int ReadBackoffLimit(YamlCursor spec, ManifestKind kind)
    {
        var place = kind switch
        {
            ManifestKind.Job => spec["backoffLimit"],
            ManifestKind.PyTorchJob => spec["runPolicy"]["backoffLimit"],
            _ => default(YamlCursor?),
        };
        return place?.Integer(0, ManifestLimits.MaxCount) ?? DefaultBackoffLimit;
    }
}
