using System.Collections.Immutable;
using System.Globalization;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>
/// What each process is told of the others, as the training operator tells it (kubeflow/training-operator v1.9.0,
/// setPodEnv in pkg/controller.v1/pytorch/envvar.go, and master.go): <c>RANK</c> is 0 for the Master and follows on for
/// the Workers, <c>WORLD_SIZE</c> is all replicas times <c>spec.nprocPerNode</c> where that is a number and times 1
/// where it is a word, <c>PYTHONUNBUFFERED</c> is 1. It gives them all to every kind here, so that a trainer need not
/// know how it was started. The variables of torchrun (<c>PET_…</c>) are left out: the launcher's own defaults fit one
/// machine.
/// </summary>
internal sealed record TrainingWorld
{
    public required string JobName { get; init; }

    public required string Namespace { get; init; }

    public required int Size { get; init; }

    public required int MasterPort { get; init; }

    /// <summary>Whether each process finds its number in <c>JOB_COMPLETION_INDEX</c>.</summary>
    public required bool IsIndexed { get; init; }

    public static TrainingWorld Read(ManifestLayout layout, YamlNode root, int masterPort, ProblemList problems)
    {
        var manifest = layout.Manifest;
        var spec = new YamlCursor(root, NodePath.Root, problems)["spec"];
        var isJob = manifest.Kind == ManifestKind.Job;
        var isPyTorchJob = manifest.Kind == ManifestKind.PyTorchJob;
        var processesPerNode = isPyTorchJob ? ReadProcessesPerNode(spec["nprocPerNode"]) : 1;
        return new()
        {
            JobName = manifest.Name,
            Namespace = manifest.Namespace,
            Size = manifest.Replicas * processesPerNode,
            MasterPort = masterPort,
            IsIndexed = isJob && (manifest.Replicas > 1 || spec["completionMode"].AnyText() == "Indexed"),
        };
    }

    public WorldMember Member(ReplicaRole role, int index, int rank)
    {
        // Trainers derive the job's name from a host name of the operator's form, so that Pods and Jobs get one too.
        var isWorker = role == ReplicaRole.Worker || (role == ReplicaRole.Job && index > 0);
        var number = role == ReplicaRole.Job && isWorker ? index - 1 : index;
        var hostName = $"{JobName}-{(isWorker ? "worker" : "master")}-{Text(number)}";
        var variables = ImmutableArray.CreateBuilder<(string Name, string Value)>();
        variables.Add(("PYTHONUNBUFFERED", "1"));
        variables.Add(("MASTER_PORT", Text(MasterPort)));
        variables.Add(("MASTER_ADDR", "127.0.0.1"));
        variables.Add(("WORLD_SIZE", Text(Size)));
        variables.Add(("RANK", Text(rank)));
        if (IsIndexed)
        {
            variables.Add(("JOB_COMPLETION_INDEX", Text(index)));
        }

        return new()
        {
            Rank = rank,
            HostName = hostName,
            PodName = role == ReplicaRole.Pod ? JobName : hostName,
            Namespace = Namespace,
            Variables = variables.ToImmutable(),
        };
    }

    private static int ReadProcessesPerNode(YamlCursor place) =>
        place.AnyText() is { } text && WholeNumber.TryParse(text, out var processes) && processes is >= 1 and <= 1024
            ? (int)processes
            : 1;

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One process of a <see cref="TrainingWorld"/>.</summary>
internal sealed record WorldMember
{
    public required int Rank { get; init; }

    public required string HostName { get; init; }

    public required string PodName { get; init; }

    public required string Namespace { get; init; }

    public required ImmutableArray<(string Name, string Value)> Variables { get; init; }
}
