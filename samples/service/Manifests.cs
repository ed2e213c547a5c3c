namespace Sluice.Samples.Service;

/// <summary>What the sample deploys.</summary>
internal static class Manifests
{
    public const string OfSleeper = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: from-a-service
        spec:
          restartPolicy: Never
          containers:
          - name: main
            command: [sleep, "600"]
            resources:
              requests: { nvidia.com/gpu: 1 }
              limits: { nvidia.com/gpu: 2 }
        """;
}
