using System.Globalization;

namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>Small manifests.</summary>
internal static class JobManifests
{
    public static string CommandOf(params string[] words) => $"[{string.Join(", ", words.Select(ApiClient.Quote))}]";

    public static string Shell(string script) => CommandOf("sh", "-c", script);

    public static string Pod(
        string name, int least, int most, string command, string annotations = "", string restartPolicy = "Never",
            string space = "default") =>
        $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
          namespace: {{space}}
          annotations: { {{annotations}} }
        spec:
          restartPolicy: {{restartPolicy}}
          containers:
        {{Container(least, most, command, indent: 2)}}
        """;

    public static string Job(string name, int replicas, int least, int most, string command, int backoffLimit = 6) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{name}}
        spec:
          parallelism: {{replicas}}
          backoffLimit: {{backoffLimit}}
          template:
            spec:
              restartPolicy: OnFailure
              containers:
        {{Container(least, most, command, indent: 6)}}
        """);

    /// <summary>A master and workers; the master's range is the workers' own.</summary>
    public static string PyTorchJob(string name, int workers, int least, int most, string command) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: kubeflow.org/v1
        kind: PyTorchJob
        metadata:
          name: {{name}}
        spec:
          pytorchReplicaSpecs:
            Master:
              replicas: 1
              restartPolicy: Never
              template:
                spec:
                  containers:
        {{Container(least, most, command, indent: 10)}}
            Worker:
              replicas: {{workers}}
              restartPolicy: Never
              template:
                spec:
                  containers:
        {{Container(least, most, command, indent: 10)}}
        """);

    private static string Container(int least, int most, string command, int indent)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $$"""
            - name: main
              image: example.org/any
              command: {{command}}
              env:
              - {name: NGPU, value: "0"}
              resources:
                requests: {nvidia.com/gpu: {{least}}}
                limits: {nvidia.com/gpu: "{{most}}"}
            """);
        return string.Join('\n', text.Split('\n').Select(line => new string(' ', indent) + line));
    }
}
