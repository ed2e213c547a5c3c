namespace Sluice.Manifests.Tests;

/// <summary>Small manifests to vary.</summary>
internal static class Texts
{
    public static string Pod(
        string resources = "{limits: {nvidia.com/gpu: 2}}", string annotations = "{}", string more = "") =>
        $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: p
          annotations: {{annotations}}
        spec:
          containers:
          - name: main
            command: [python, train.py]
            resources: {{resources}}
        {{more}}
        """;

    public static string Job(string spec = "", string podSpec = "") =>
        $$"""
        apiVersion: batch/v1
        kind: Job
        metadata: {name: j}
        spec:
          {{spec}}
          template:
            spec:
              {{podSpec}}
              containers:
              - command: [run]
                resources: {requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 4} }
        """;

    public static string PyTorchJob(string specs, string spec = "") =>
        $$"""
        apiVersion: kubeflow.org/v1
        kind: PyTorchJob
        metadata: {name: t}
        spec:
          {{spec}}
          pytorchReplicaSpecs:
            {{specs}}
        """;

    /// <summary>One line, to stand in <see cref="PyTorchJob"/>.</summary>
    public static string Replica(string type, string more = "", string resources = "{}") =>
        $$"""{{type}}: { {{more}} template: {spec: {containers: [{name: pytorch, command: [run], """
        + $$"""resources: {{resources}} }]} } }""";

    public static string Gpus(int request, int limit) =>
        $$"""{requests: {nvidia.com/gpu: {{request}} }, limits: {nvidia.com/gpu: {{limit}} } }""";

    public static Manifest Read(string yaml)
    {
        var reading = ManifestReader.Read(yaml);
        Assert.True(reading.Problem is null, $"{reading.Problem}\nin\n{yaml}");
        return reading.Manifest!;
    }

    public static string Problem(string yaml)
    {
        var reading = ManifestReader.Read(yaml);
        Assert.Null(reading.Manifest);
        return reading.Problem!;
    }
}
