using System.Globalization;

namespace Sluice.Simulation.Machines;

/// <summary>What a deployed job is and does, made up by the seed. Its manifest names it by number.</summary>
internal sealed record JobScript
{
    public required int Number { get; init; }

    public required string JobName { get; init; }

    public required int GpuReq { get; init; }

    public required int GpuLim { get; init; }

    /// <summary>Of the gang.</summary>
    public required int Replicas { get; init; }

    public required string Namespace { get; init; }

    public int Priority { get; init; }

    public bool IsAfterCheckpoint { get; init; }

    public bool IsSuspendable { get; init; }

    public int DeadlineSeconds { get; init; }

    public int MinRunSeconds { get; init; }

    /// <summary>Then it exits with 0.</summary>
    public required int Epochs { get; init; }

    /// <summary>With one GPU; more are faster.</summary>
    public required double SecondsPerEpoch { get; init; }

    public required double SecondsToStart { get; init; }

    /// <summary>How long it takes to end when it is asked to; over the grace period: it ignores TERM.</summary>
    public required double SecondsToStop { get; init; }

    /// <summary>Saves and notifies once more when it is asked to end.</summary>
    public bool NotifiesOnTerm { get; init; }

    /// <summary>Its notifications do not say which run they are of.</summary>
    public bool OmitsUid { get; init; }

    /// <summary>Stops at the checkpoint whose answer says that it is resized.</summary>
    public bool StopsAtResize { get; init; }

    /// <summary>Attempts that fail before one does not.</summary>
    public int FailingAttempts { get; init; }

    /// <summary>Attempts that cannot even be started, before those.</summary>
    public int UnstartableAttempts { get; init; }

    /// <summary>The first of these lines is what <see cref="NumberOf"/> reads.</summary>
    public string Manifest => string.Create(CultureInfo.InvariantCulture, $$"""
        # {{Number}}
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{JobName}}
          namespace: {{Namespace}}
          annotations:
            sluice.dev/priority: "{{Priority}}"
            sluice.dev/scale-mode: {{(IsAfterCheckpoint ? "after-checkpoint" : "immediate")}}
            sluice.dev/checkpoint-deadline-seconds: "{{DeadlineSeconds}}"
            sluice.dev/min-run-seconds: "{{MinRunSeconds}}"
            sluice.dev/suspendable: "{{(IsSuspendable ? "true" : "false")}}"
        spec:
          parallelism: {{Replicas}}
          template:
            spec:
              restartPolicy: OnFailure
              containers:
              - name: main
                command: [train]
                resources:
                  requests: { nvidia.com/gpu: {{GpuReq}} }
                  limits: { nvidia.com/gpu: {{GpuLim}} }
        """);

    public static int NumberOf(string manifest) =>
        int.Parse(manifest.AsSpan(2, manifest.AsSpan().IndexOf('\n') - 2), CultureInfo.InvariantCulture);
}
