using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Which replicas make the gang, and how many GPUs each may have.</summary>
internal static class GpuRange
{
    public const string ResourceName = "nvidia.com/gpu";

    /// <summary>
    /// All replica specs that have GPUs; where none has, those that name GPUs if the annotations give some, else all.
    /// </summary>
    public static ImmutableArray<ReplicaLayout> MarkGang(
        ImmutableArray<ReplicaLayout> replicas, ManifestAnnotations annotations, YamlCursor place)
    {
        var hasGpus = replicas.Any(replica => replica.GpuLim > 0);
        var isGiven = annotations.Request is > 0 || annotations.Limit is > 0;
        var isNamed = replicas.Any(replica => !replica.GpuContainers.IsEmpty);
        if (isGiven && !isNamed)
        {
            place.Problem($"give GPUs, but no container names {ResourceName} in its resources");
        }

        Func<ReplicaLayout, bool> isInGang = (hasGpus, isGiven && isNamed) switch
        {
            (true, _) => replica => replica.GpuLim > 0,
            (_, true) => replica => !replica.GpuContainers.IsEmpty,
            _ => _ => true,
        };
        return [.. replicas.Select(replica => replica with { IsInGang = isInGang(replica) })];
    }

    /// <summary>The Worker of the gang if it has one, else the Master, the Job or the Pod.</summary>
    public static ReplicaLayout Scaled(ImmutableArray<ReplicaLayout> replicas) =>
        replicas.Last(replica => replica.IsInGang);

    /// <summary>The range of one replica. The annotations win, each for itself.</summary>
    public static (int Req, int Lim) Read(ReplicaLayout scaled, ManifestAnnotations annotations, YamlCursor place)
    {
        var (req, lim) = (annotations.Request ?? scaled.GpuReq, annotations.Limit ?? scaled.GpuLim);
        if (lim < req)
        {
            place[annotations.Limit is null ? "request" : "limit"].Problem(
                $"makes the limit {lim}, less than the request of {req}");
        }

        return (req, lim);
    }

    /// <summary>
    /// Splits a replica's GPUs: each container its request, the surplus in order up to its limit. The annotations may
    /// allow more or less than the containers do: what is left over goes to the last, and what is missing is taken from
    /// the last first, one left to each as long as that is enough. So a manifest that was rewritten splits much as it
    /// did at first.
    /// </summary>
    public static ImmutableArray<int> Split(ImmutableArray<ContainerLayout> containers, int gpuCount)
    {
        var shares = containers.Select(container => container.GpuReq).ToArray();
        var surplus = gpuCount - shares.Sum();
        for (var index = 0; index < shares.Length && surplus > 0; index++)
        {
            var isLast = index == shares.Length - 1;
            var room = isLast ? surplus : containers[index].GpuLim - shares[index];
            shares[index] += Math.Min(room, surplus);
            surplus -= Math.Min(room, surplus);
        }

        foreach (var least in new[] { 1, 0 })
        {
            for (var index = shares.Length - 1; index >= 0 && surplus < 0; index--)
            {
                var taken = Math.Clamp(shares[index] - least, 0, -surplus);
                shares[index] -= taken;
                surplus += taken;
            }
        }

        return [.. shares];
    }
}
