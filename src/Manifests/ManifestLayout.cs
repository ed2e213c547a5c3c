using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>An accepted manifest with the places that matter in it; what reader, rewriter and planner share.</summary>
internal sealed record ManifestLayout
{
    public required YamlNode Root { get; init; }

    public required Manifest Manifest { get; init; }

    /// <summary>In the order of ranks.</summary>
    public required ImmutableArray<ReplicaLayout> Replicas { get; init; }

    public IEnumerable<ReplicaLayout> Gang => Replicas.Where(replica => replica.IsInGang);

    /// <returns>Null, and what is wrong, where the manifest is refused.</returns>
    public static ManifestLayout? Read(string? yaml, out string? problem)
    {
        if (YamlLoader.Load(yaml, out problem) is not { } root)
        {
            return null;
        }

        var problems = new ProblemList();
        var layout = ManifestLayoutReader.Read(new YamlCursor(root, NodePath.Root, problems), root);
        problem = problems.Text;
        return problem is null ? layout : null;
    }
}

/// <summary>One replica spec of a PyTorchJob; a Job or a Pod has one alone.</summary>
internal sealed record ReplicaLayout
{
    public required ReplicaRole Role { get; init; }

    /// <summary>Of the replica spec, such as <c>spec.pytorchReplicaSpecs.Worker</c>.</summary>
    public required NodePath Path { get; init; }

    public required NodePath PodSpec { get; init; }

    public required int Count { get; init; }

    public required ReplicaRestart Restart { get; init; }

    public required ImmutableArray<ContainerLayout> Containers { get; init; }

    public bool IsInGang { get; init; }

    /// <summary>Summed over the containers.</summary>
    public int GpuReq => Containers.Sum(container => container.GpuReq);

    /// <inheritdoc cref="GpuReq"/>
    public int GpuLim => Containers.Sum(container => container.GpuLim);

    /// <summary>
    /// The containers that share the replica's GPUs. A container written down with 0 takes part only where no other has
    /// more: so reads what was rewritten for 0 GPUs.
    /// </summary>
    public ImmutableArray<ContainerLayout> GpuContainers =>
        Containers.RemoveAll(container => GpuLim > 0 ? container.GpuLim == 0 : !container.NamesGpus);

    /// <summary>The one that stands for the replica where only one process runs.</summary>
    public ContainerLayout MainContainer => GpuContainers.FirstOrDefault() ?? Containers[0];
}

/// <summary>Who a replica is among its kind.</summary>
internal enum ReplicaRole
{
    None = 0,
    Pod = 1,
    Job = 2,
    Master = 3,
    Worker = 4,
}

internal sealed record ContainerLayout
{
    public required NodePath Path { get; init; }

    /// <summary>Whether its resources name GPUs at all, be it 0.</summary>
    public required bool NamesGpus { get; init; }

    public required int GpuReq { get; init; }

    public required int GpuLim { get; init; }
}
