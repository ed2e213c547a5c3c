using System.Collections.Immutable;
using Sluice.Lab.Model;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>All policies that others have published, by name; docs/lab.md tells what each does.</summary>
public static class BaselineCatalog
{
    public static ImmutableArray<LabPolicy> All { get; } =
    [
        new("fifo", Knowledge.Levels, oracle => new FifoPolicy("fifo", Rigid(oracle), mayPass: false)),
        new("fifo-bf", Knowledge.Levels, oracle => new FifoPolicy("fifo-bf", Rigid(oracle), mayPass: true)),
        new("fifo-req", Knowledge.Learned, _ => new FifoPolicy("fifo-req", job => job.MinGpus, mayPass: false)),
        new("fifo-lim", Knowledge.Learned, _ => new FifoPolicy("fifo-lim", job => job.MaxGpus, mayPass: false)),
        new("equal", Knowledge.Levels, oracle => new EagerPolicy(new EqualShare(), oracle)),
        new("optimus", Knowledge.Oracle, oracle => new EagerPolicy(new OptimusShare(), oracle)),
        new("fair-greedy", Knowledge.Oracle, oracle => new EagerPolicy(new FairGreedyShare(), oracle)),
        new("afs", Knowledge.Oracle, oracle => new EagerPolicy(new AfsShare(), oracle)),
        new("hesrpt0.5", Knowledge.Oracle, oracle => new EagerPolicy(new HesrptShare(0.5), oracle)),
        new("hesrpt0.7", Knowledge.Oracle, oracle => new EagerPolicy(new HesrptShare(0.7), oracle)),
    ];

    private static Func<TargetJob, int> Rigid(IWorkOracle oracle) => job => oracle.Read(job.Uid).RigidGpus;
}
