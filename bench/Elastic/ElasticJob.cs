using System.Globalization;

namespace Sluice.Bench.Elastic;

/// <summary>One job of the workload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="At">When it arrives, from the start of the run.</param>
/// <param name="GpuReq">The least GPUs.</param>
/// <param name="GpuLim">The most GPUs.</param>
/// <param name="Epochs">Epochs, each of which ends with a checkpoint.</param>
/// <param name="EpochSeconds">What an epoch takes on one GPU.</param>
internal sealed record ElasticJob(string Name, TimeSpan At, int GpuReq, int GpuLim, int Epochs, double EpochSeconds)
{
    /// <summary>Speed is the number of GPUs to this power: twice the GPUs are 1.8 times as fast.</summary>
    public const double Scaling = 0.85;

    /// <summary>What it takes alone, with all the GPUs that it can use.</summary>
    public TimeSpan Shortest => TimeSpan.FromSeconds(Epochs * EpochSeconds / Math.Pow(GpuLim, Scaling));

    /// <summary>A manifest of the job; with fixed GPUs its range is its request.</summary>
    /// <param name="mode">How its GPUs change.</param>
    /// <param name="trainer">Path of the trainer's script.</param>
    /// <param name="modules">The folder of the Python client.</param>
    public string Manifest(ElasticMode mode, string trainer, string modules) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {Name}
          annotations:
            sluice.dev/scale-mode: {(mode >= ElasticMode.AfterCheckpoint ? "after-checkpoint" : "immediate")}
            sluice.dev/min-run-seconds: "0"
        spec:
          template:
            spec:
              restartPolicy: OnFailure
              containers:
              - name: trainer
                image: python
                env:
                - name: PYTHONPATH
                  value: {modules}
                command: [python3, {trainer}]
                args: ["--epochs={Epochs}", "--seconds={EpochSeconds:0.###}", "--scaling={Scaling}"]
                resources:
                  requests:
                    nvidia.com/gpu: "{GpuReq}"
                  limits:
                    nvidia.com/gpu: "{(mode == ElasticMode.Fixed ? GpuReq : GpuLim)}"
        """);
}

/// <summary>How a run lets the GPUs of its jobs change.</summary>
internal enum ElasticMode
{
    None = 0,

    /// <summary>Never: each job has what it asked for at the least.</summary>
    Fixed = 1,

    /// <summary>At once.</summary>
    Immediate = 2,

    /// <summary>Right after the next checkpoint.</summary>
    AfterCheckpoint = 3,

    /// <summary>When and by how much the policy <c>adaptive</c> finds best.</summary>
    Adaptive = 4,
}
