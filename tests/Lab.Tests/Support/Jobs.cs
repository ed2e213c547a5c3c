using Sluice.Lab.Model;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Tests.Support;

/// <summary>Small workloads whose times can be reckoned by hand.</summary>
internal static class Jobs
{
    /// <summary>10 s an epoch with one GPU, 5 s with two, 4 s with four.</summary>
    public static readonly SpeedCurve Usual = Curve((1, 10), (2, 5), (4, 4));

    public static SpeedCurve Curve(params (int Gpus, double Seconds)[] rows) =>
        new(rows.ToDictionary(row => row.Gpus, row => row.Seconds));

    public static WorkloadJob Job(
        string name,
        double at = 0,
        int epochs = 10,
        int rigid = 1,
        int max = 4,
        int least = 1,
        SpeedCurve? curve = null,
        double restart = 100) => new()
        {
            Name = name,
            SubmittedAt = at,
            Application = "secret",
            RigidGpus = rigid,
            MaxGpusFixed = max,
            MaxGpusAdaptive = max,
            NarrowReq = least,
            NarrowLim = max,
            TotalEpochs = epochs,
            RestartSeconds = restart,
            Fixed = curve ?? Usual,
            Adaptive = curve ?? Usual,
        };

    public static Scenario Scenario(string name) => Lab.Model.Scenario.All.Single(one => one.Name == name);

    public static LabPolicy Policy(string name) => LabCatalog.All.Single(one => one.Name == name);

    public static LabRun Play(LabPolicy policy, string scenario, int gpuCount, params WorkloadJob[] jobs) =>
        LabGame.Play(new("small", [.. jobs]), Scenario(scenario), new(gpuCount), policy);

    public static LabRun Play(string policy, string scenario, int gpuCount, params WorkloadJob[] jobs) =>
        Play(Policy(policy), scenario, gpuCount, jobs);
}
