using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Reads the replica specs of each kind and checks the parts that are rewritten or run.</summary>
internal static class ReplicaLayoutReader
{
    /// <summary>In the order of ranks; empty where there is none, which is noted.</summary>
    public static ImmutableArray<ReplicaLayout> Read(YamlCursor spec, ManifestKind kind)
    {
        if (spec.IsMissing)
        {
            spec.Problem("is required");
            return [];
        }

        return kind switch
        {
            ManifestKind.Pod => [ReadReplica(ReplicaRole.Pod, spec, spec, count: 1)],
            ManifestKind.Job => [ReadReplica(
                ReplicaRole.Job, spec["template"]["spec"], spec["template"]["spec"], ReadCount(spec["parallelism"]))],
            _ => ReadReplicaSpecs(spec["pytorchReplicaSpecs"]),
        };
    }

    private static ImmutableArray<ReplicaLayout> ReadReplicaSpecs(YamlCursor specs)
    {
        // The training operator takes the two names in any case.
        var known = ImmutableArray.CreateBuilder<ReplicaLayout>();
        foreach (var spec in specs.Mapping()?.Entries ?? [])
        {
            var place = specs[spec.Key.Value];
            if (!Enum.TryParse<ReplicaRole>(spec.Key.Value, ignoreCase: true, out var role)
                || role is not (ReplicaRole.Master or ReplicaRole.Worker)
                || !char.IsAsciiLetter(spec.Key.Value[0]))
            {
                place.Problem("is no replica type; there are Master and Worker");
            }
            else if (known.Any(other => other.Role == role))
            {
                place.Problem($"names {role} a second time");
            }
            else
            {
                known.Add(ReadReplica(role, place, place["template"]["spec"], ReadCount(place["replicas"])));
            }
        }

        if (specs.IsMissing || specs.Mapping() is { Entries.IsEmpty: true })
        {
            specs.Problem("must have a Master or a Worker");
        }

        return known.OrderBy(replica => replica.Role).ToImmutableArray();
    }

    private static int ReadCount(YamlCursor place) => place.Integer(1, ManifestLimits.MaxCount) ?? 1;

    private static ReplicaLayout ReadReplica(ReplicaRole role, YamlCursor place, YamlCursor podSpec, int count)
    {
        var containers = podSpec["containers"];
        var found = containers.Items().Select(ReadContainer).ToImmutableArray();
        if (found.IsEmpty && (containers.IsMissing || !containers.Items().Any()))
        {
            containers.Problem("must have a container");
        }

        var replica = new ReplicaLayout
        {
            Role = role,
            Path = place.Path,
            PodSpec = podSpec.Path,
            Count = count,
            Restart = RestartPolicies.Read(place["restartPolicy"], role),
            Containers = found,
        };
        if (found.Sum(container => (long)container.GpuLim) > ManifestLimits.MaxCount)
        {
            containers.Problem($"have more than {ManifestLimits.MaxCount} GPUs together");
            return replica with { Containers = [] };
        }

        return replica;
    }

    private static ContainerLayout ReadContainer(YamlCursor container)
    {
        _ = container.Mapping();
        CheckTexts(container["command"]);
        CheckTexts(container["args"]);
        _ = container["workingDir"].Text();
        foreach (var variable in container["env"].Items())
        {
            CheckVariable(variable);
        }

        var resources = container["resources"];
        var request = ReadGpus(resources["requests"][GpuRange.ResourceName]);
        var limit = ReadGpus(resources["limits"][GpuRange.ResourceName]);

        // As Kubernetes defaults them: what is given alone is both.
        var (req, lim) = (request ?? limit ?? 0, limit ?? request ?? 0);
        if (lim < req)
        {
            resources["limits"][GpuRange.ResourceName].Problem($"{lim} is less than the request of {req}");
        }

        return new()
        {
            Path = container.Path,
            NamesGpus = request is not null || limit is not null,
            GpuReq = Math.Min(req, lim),
            GpuLim = lim,
        };
    }

    private static int? ReadGpus(YamlCursor quantity)
    {
        if (quantity.IsMissing)
        {
            return null;
        }

        if (quantity.Scalar is { Kind: ScalarKind.Number or ScalarKind.Text } scalar
            && WholeNumber.TryParse(scalar.Value, out var gpus) && gpus is >= 0 and <= ManifestLimits.MaxCount)
        {
            return (int)gpus;
        }

        var was = quantity.Scalar is { } other ? $", not {Quoting.Quote(other.Value)}" : "";
        quantity.Problem($"must be a whole number of GPUs from 0 to {ManifestLimits.MaxCount}{was}");
        return null;
    }

    private static void CheckTexts(YamlCursor list)
    {
        foreach (var item in list.Items())
        {
            _ = item.RequiredText();
        }
    }

    private static void CheckVariable(YamlCursor variable)
    {
        _ = variable.Mapping();
        var name = variable["name"].RequiredText();
        if (name is not null
            && (name.Length == 0 || name.Any(character => character == '=' || char.IsControl(character))))
        {
            variable["name"].Problem($"must be the name of a variable, not {Quoting.Quote(name)}");
        }

        _ = variable["value"].Text();
        _ = variable["valueFrom"].Mapping();
    }
}
