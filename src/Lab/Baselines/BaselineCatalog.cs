using System.Collections.Immutable;
using Sluice.Lab.Model;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>All policies that others have published, by name; docs/lab.md tells what each does.</summary>
public static class BaselineCatalog
{
    /// <summary>Who has had more goes to the second of the two queues of Tiresias.</summary>
    private const double TiresiasGpuSeconds = 16 * 3600;

    private static readonly ImmutableArray<(string Name, Knowledge Knowledge, Func<Scenario, IShareRule> Create)> Rules =
    [
        ("equal", Knowledge.Levels, _ => new EqualShare()),
        ("optimus", Knowledge.Oracle, scenario => new OptimusShare(passesDips: scenario.IsNarrow)),
        ("fair-greedy", Knowledge.Oracle, scenario => new FairGreedyShare(First(scenario, FirstServed.LeastAttained))),
        ("afs", Knowledge.Oracle, scenario => new AfsShare(First(scenario, FirstServed.ByRule))),
        ("hesrpt0.5", Knowledge.Oracle, _ => new HesrptShare(0.5)),
        ("hesrpt0.7", Knowledge.Oracle, _ => new HesrptShare(0.7)),
    ];

    public static ImmutableArray<LabPolicy> All { get; } =
    [
        new("fifo", Knowledge.Levels, (oracle, _) => new FifoPolicy("fifo", Rigid(oracle), mayPass: false)),
        new("fifo-bf", Knowledge.Levels, (oracle, _) => new FifoPolicy("fifo-bf", Rigid(oracle), mayPass: true)),
        new("fifo-req", Knowledge.Learned, (_, _) => new FifoPolicy("fifo-req", job => job.MinGpus, mayPass: false)),
        new("fifo-lim", Knowledge.Levels, (oracle, _) => new FifoPolicy("fifo-lim", Largest(oracle), mayPass: false)),
        new("srtf-rigid", Knowledge.Oracle, (oracle, _) => new RigidRankingPolicy(
            "srtf-rigid", (job, _) => RigidSeconds(oracle.Read(job.Uid)), oracle, interval: null))
        {
            NeedsSuspension = true,
        },
        new("tiresias", Knowledge.Levels, (oracle, _) => new RigidRankingPolicy(
            "tiresias", (job, now) => job.AttainedAt(now) < TiresiasGpuSeconds ? 0 : 1, oracle, interval: 60))
        {
            NeedsSuspension = true,
        },
        Seeds("seeds-fifo", mayPass: false, isDeferred: false),
        Seeds("seeds-bf", mayPass: true, isDeferred: false),
        Seeds("seeds-fifo-deferred", mayPass: false, isDeferred: true),
        Seeds("seeds-bf-deferred", mayPass: true, isDeferred: true),
        .. Rules.Select(rule => new LabPolicy(
            rule.Name, rule.Knowledge, (oracle, scenario) => new EagerPolicy(rule.Create(scenario), new OracleOutlook(oracle)))),
        .. Rules.Select(rule => new LabPolicy(
            "lazy-" + rule.Name,
            rule.Knowledge,
            (oracle, scenario) => new LazyPolicy(
                "lazy-" + rule.Name, rule.Create(scenario), new OracleOutlook(oracle), isHybrid: false))),
        .. Rules.Select(rule => new LabPolicy(
            "hybrid-" + rule.Name,
            rule.Knowledge,
            (oracle, scenario) => new LazyPolicy(
                "hybrid-" + rule.Name, rule.Create(scenario), new OracleOutlook(oracle), isHybrid: true))),
        new(
            "learned-hybrid-afs",
            Knowledge.Learned,
            (_, scenario) => new LazyPolicy(
                "learned-hybrid-afs",
                new AfsShare(First(scenario, FirstServed.ByRule)),
                new LearnedOutlook(),
                isHybrid: true)),
    ];

    private static double RigidSeconds(JobTruth truth) => truth.RemainingEpochs / truth.Curve.At(truth.RigidGpus);

    private static LabPolicy Seeds(string name, bool mayPass, bool isDeferred) => new(
        name,
        Knowledge.Levels,
        (oracle, scenario) => new SeedsPolicy(
            name, scenario.IsNarrow ? job => job.MaxGpus : Largest(oracle), oracle, mayPass, isDeferred));

    private static Func<TargetJob, int> Rigid(IWorkOracle oracle) => job => oracle.Read(job.Uid).RigidGpus;

    private static Func<TargetJob, int> Largest(IWorkOracle oracle) => job => oracle.Read(job.Uid).Levels[^1];

    /// <summary>Where owners set the least, and jobs wait for it, the order of admission is a rule of its own.</summary>
    private static FirstServed First(Scenario scenario, FirstServed otherwise) => scenario switch
    {
        { IsNarrow: true, AllowsSuspension: false } => FirstServed.ShortestAtMost,
        { IsNarrow: true } => FirstServed.ShortestAtLeast,
        _ => otherwise,
    };
}
