using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>
/// Finds what of a job's pods cannot be had on this machine. Environment variables are checked as they are resolved.
/// </summary>
internal static class LocalPodCheck
{
    /// <summary>Volumes that are a folder of their own or of this machine.</summary>
    private static readonly ImmutableArray<string> LocalVolumes = ["emptyDir", "hostPath"];

    public static void CheckGang(ManifestLayout layout, ProblemList problems)
    {
        if (layout.Manifest.Replicas > ManifestLimits.MaxLocalProcesses)
        {
            problems.Add(
                $"{layout.Manifest.Replicas} replicas; at most {ManifestLimits.MaxLocalProcesses} run locally");
        }

        foreach (var replica in layout.Replicas)
        {
            if (!replica.IsInGang)
            {
                problems.Add(replica.Path, "replicas without GPUs beside ones with GPUs do not run locally");
                continue;
            }

            CheckPod(new YamlCursor(replica.PodSpec.Find(layout.Root), replica.PodSpec, problems), replica, problems);
        }

        if (layout.Manifest.Kind == ManifestKind.Job)
        {
            CheckCompletions(new YamlCursor(layout.Root, NodePath.Root, problems)["spec"], layout.Manifest.Replicas);
        }
    }

    private static void CheckCompletions(YamlCursor spec, int parallelism)
    {
        if (spec["completions"].Integer(0, int.MaxValue) is { } completions && completions != parallelism)
        {
            spec["completions"].Problem(
                $"locally all pods of a job run at once: {completions} completions with a parallelism of "
                + $"{parallelism} cannot");
        }
    }

    private static void CheckPod(YamlCursor pod, ReplicaLayout replica, ProblemList problems)
    {
        foreach (var container in pod["initContainers"].Items())
        {
            container.Problem($"the init container {NameOf(container)} does not run locally");
        }

        CheckContainers(pod, replica, problems);
        foreach (var volume in pod["volumes"].Items())
        {
            CheckVolume(volume);
        }
    }

    private static void CheckContainers(YamlCursor pod, ReplicaLayout replica, ProblemList problems)
    {
        var containers = pod["containers"].Items().ToImmutableArray();
        foreach (var (container, layout) in containers.Zip(replica.Containers))
        {
            if (layout == replica.MainContainer)
            {
                CheckCommand(container);
            }
            else
            {
                problems.Add(container.Path, replica.GpuContainers.Contains(layout)
                    ? $"{NameOf(container)} is a second container with GPUs; locally a replica is one process"
                    : $"{NameOf(container)} is a second container; locally a replica is one process");
            }
        }
    }

    private static void CheckCommand(YamlCursor container)
    {
        if (container["command"].Items().FirstOrDefault() is not { IsMissing: false } program)
        {
            container["command"]
                .Problem("is required to run locally, where there is no image with a command of its own");
        }
        else if (program.Text()?.Length == 0)
        {
            program.Problem("must not be empty");
        }
    }

    private static void CheckVolume(YamlCursor volume)
    {
        foreach (var source in volume.Mapping()?.Entries ?? [])
        {
            var kind = source.Key.Value;
            if (kind != "name" && source.Value is not YamlScalar { Kind: ScalarKind.Null }
                && !LocalVolumes.Contains(kind))
            {
                CheckVolumeSource(volume, kind, volume[kind]);
            }
        }
    }

    private static void CheckVolumeSource(YamlCursor volume, string kind, YamlCursor source)
    {
        if (kind == "projected")
        {
            foreach (var part in source["sources"].Items())
            {
                CheckVolume(part);
            }

            return;
        }

        var (what, name) = kind switch
        {
            "secret" => ("the secret", source["secretName"].IsMissing ? source["name"] : source["secretName"]),
            "configMap" => ("the config map", source["name"]),
            "persistentVolumeClaim" => ("the claim", source["claimName"]),
            _ => ($"a volume of the kind {Quoting.Quote(kind)}", volume["name"]),
        };
        if (kind is "secret" or "configMap" && source["optional"].Boolean() == true)
        {
            return;
        }

        var named = name.Scalar is { } scalar ? $" {Quoting.Quote(scalar.Value)}" : "";
        source.Problem($"needs {what}{named}, which cannot be had locally");
    }

    private static string NameOf(YamlCursor container) =>
        container["name"].Scalar is { } name ? Quoting.Quote(name.Value) : "it";
}
