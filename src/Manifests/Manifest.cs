using System.Collections.Immutable;

namespace Sluice.Manifests;

/// <summary>Kinds of resources that can be deployed.</summary>
public enum ManifestKind
{
    None = 0,
    Pod = 1,
    Job = 2,
    PyTorchJob = 3,
}

/// <summary>When a change of a running job's GPU count is applied.</summary>
public enum ScaleMode
{
    None = 0,

    /// <summary>At once.</summary>
    Immediate = 1,

    /// <summary>Right after the job's next checkpoint notification, or at the deadline.</summary>
    AfterCheckpoint = 2,
}

/// <summary>When a replica that ended is started again.</summary>
public enum RestartPolicy
{
    None = 0,
    Never = 1,
    OnFailure = 2,
    Always = 3,
}

/// <summary>What Sluice reads from a manifest.</summary>
public sealed record Manifest
{
    public required ManifestKind Kind { get; init; }

    /// <summary>1–253 characters, as Kubernetes has them.</summary>
    public required string Name { get; init; }

    /// <summary><c>default</c> where the manifest names none.</summary>
    public required string Namespace { get; init; }

    /// <summary>Replicas of the gang: all replica specs that have GPUs; 1 or more.</summary>
    public required int Replicas { get; init; }

    /// <summary>GPUs a replica, the least; 0 or more.</summary>
    public required int GpuReq { get; init; }

    /// <summary>GPUs a replica, the most; <see cref="GpuReq"/> or more.</summary>
    public required int GpuLim { get; init; }

    /// <summary>Default 0; higher is more urgent.</summary>
    public int Priority { get; init; }

    /// <summary>Null: the deployment's setting.</summary>
    public ScaleMode? ScaleMode { get; init; }

    public bool IsSuspendable { get; init; }

    /// <summary>Not resized again before; null: the deployment's setting.</summary>
    public TimeSpan? MinRunTime { get; init; }

    /// <summary>How long an after-checkpoint change waits for a notification; null: the deployment's setting.</summary>
    public TimeSpan? CheckpointDeadline { get; init; }

    public required RestartPolicy RestartPolicy { get; init; }

    /// <summary>
    /// Lower exit codes are final under <see cref="RestartPolicy.OnFailure"/>; 1, or 128 for ExitCode.
    /// </summary>
    public int MinRetryableExitCode { get; init; } = 1;

    /// <summary>Failures after which the job has failed; default 6.</summary>
    public int BackoffLimit { get; init; } = 6;

    /// <summary>
    /// Whether a replica that ended so is started again, the back-off limit aside. A Job replaces a failed pod under
    /// Never too: that policy only keeps the pod itself from being restarted. A signal counts as 128 and its number.
    /// </summary>
    public bool IsRestartedAfter(int exitCode) => RestartRule.IsRestartedAfter(exitCode);

    /// <summary>All that decides whether a replica is started again.</summary>
    public RestartRule RestartRule => new(Kind, RestartPolicy, MinRetryableExitCode);
}

/// <summary>Decides whether a replica that ended is started again.</summary>
/// <param name="Kind">A Job replaces a failed pod whatever the pod's own policy says.</param>
/// <param name="Policy">Of the replica.</param>
/// <param name="MinRetryableExitCode">As <see cref="Manifest.MinRetryableExitCode"/>.</param>
public sealed record RestartRule(ManifestKind Kind, RestartPolicy Policy, int MinRetryableExitCode)
{
    /// <summary>As <see cref="Manifest.IsRestartedAfter"/>.</summary>
    public bool IsRestartedAfter(int exitCode) => Policy switch
    {
        RestartPolicy.Always => true,
        RestartPolicy.OnFailure => exitCode != 0 && exitCode >= MinRetryableExitCode,
        RestartPolicy.Never => Kind == ManifestKind.Job && exitCode != 0,
        _ => false,
    };
}

/// <summary>A manifest, or why there is none.</summary>
public sealed record ManifestReading(Manifest? Manifest, string? Problem);

/// <summary>What is filled in when a manifest is applied.</summary>
public sealed record ManifestAssignment
{
    /// <summary>GPUs a replica.</summary>
    public required int GpuCount { get; init; }

    /// <summary>Base address of the gateway, such as <c>http://127.0.0.1:5000</c>.</summary>
    public required string SluiceUrl { get; init; }
}

/// <summary>One process of a job that runs locally.</summary>
public sealed record LocalProcess
{
    /// <summary>Global rank, from 0.</summary>
    public required int Rank { get; init; }

    /// <summary>Program and arguments; not empty.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>Added to the environment that the executor gives, in this order.</summary>
    public required ImmutableArray<(string Name, string Value)> Environment { get; init; }

    /// <summary>Null: the job's own folder.</summary>
    public string? WorkingDirectory { get; init; }
}

/// <summary>The processes of a job, or why it cannot run locally.</summary>
public sealed record LocalPlan(ImmutableArray<LocalProcess> Processes, string? Problem);
