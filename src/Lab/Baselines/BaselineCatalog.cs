using System.Collections.Immutable;
using Sluice.Lab.Model;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>All policies that others have published, by name; docs/lab.md tells what each does.</summary>
public static class BaselineCatalog
{
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
