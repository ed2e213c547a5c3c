using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>
/// Reads when a replica is started again. A Pod's default is Always. A Job's pods must say Never or OnFailure; where
/// they say nothing it is Never. A PyTorchJob's default is OnFailure: the comment on ReplicaSpec.RestartPolicy says
/// Never, but what the training operator sets is PyTorchJobDefaultRestartPolicy (kubeflow/training-operator v1.9.0,
/// pkg/apis/kubeflow.org/v1/pytorch_types.go); its ExitCode takes 1–127 as final and 128–255 as worth another try
/// (common_types.go).
/// </summary>
internal static class RestartPolicies
{
    private const int FirstRetryableExitCode = 128;

    /// <param name="place">Of the pod spec, or of a PyTorchJob's replica spec, which overrides it.</param>
    /// <param name="role">Whose it is.</param>
    public static ReplicaRestart Read(YamlCursor place, ReplicaRole role)
    {
        if (role is ReplicaRole.Pod or ReplicaRole.Job)
        {
            return role == ReplicaRole.Pod
                ? new(Read(place, RestartPolicy.Always, "Always", "OnFailure", "Never"), 1)
                : new(Read(place, RestartPolicy.Never, "OnFailure", "Never"), 1);
        }

        return place.Scalar is { Value: "ExitCode" }
            ? new(RestartPolicy.OnFailure, FirstRetryableExitCode)
            : new(Read(place, RestartPolicy.OnFailure, "Always", "OnFailure", "Never", "ExitCode"), 1);
    }

    private static RestartPolicy Read(YamlCursor place, RestartPolicy byDefault, params string[] allowed)
    {
        if (place.Text() is not { } text)
        {
            return byDefault;
        }

        if (allowed.Contains(text) && Enum.TryParse<RestartPolicy>(text, out var policy))
        {
            return policy;
        }

        place.Problem($"must be {string.Join(" or ", allowed)}, not {Quoting.Quote(text)}");
        return byDefault;
    }
}

/// <summary>When a replica is started again; lower exit codes than the least are final.</summary>
internal readonly record struct ReplicaRestart(RestartPolicy Policy, int MinRetryableExitCode);
