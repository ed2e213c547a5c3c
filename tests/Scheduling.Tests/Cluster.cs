using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

/// <summary>A small cluster under the documented policy or another one, for tests that read as a story.</summary>
internal sealed class Cluster
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly IPolicy _policy;
    private long _added;

    public Cluster(params int[] gpusOfNodes)
        : this(new RecentCheckpointOptions(), gpusOfNodes)
    {
    }

    public Cluster(RecentCheckpointOptions options, params int[] gpusOfNodes)
        : this(new RecentCheckpointPolicy(options), gpusOfNodes)
    {
    }

    public Cluster(IPolicy policy, params int[] gpusOfNodes)
    {
        _policy = policy;
        SetNodes(gpusOfNodes);
    }

    public LedgerState State { get; private set; } = LedgerState.Empty;

    public DateTimeOffset Now { get; set; } = Start;

    public DateTimeOffset? WakeAt { get; private set; }

    public List<Decision> Decisions { get; } = [];

    /// <summary>True: starts and checkpoints are noted in the claims, as job rows have them.</summary>
    public bool KeepsHistory { get; init; }

    /// <summary>Told of each plan that decides something, with what it was made on.</summary>
    public Action<LedgerState, Plan>? Planned { get; init; }

    public LedgerEntry this[string name] => State.Entries[name];

    public void SetNodes(params int[] gpusOfNodes) => State = CapacityLedger.ReportNodes(
        State,
        "test",
        gpusOfNodes.Select((gpus, index) => new LedgerNode($"node-{index}", "test", gpus, IsSimulated: true)),
        State.Quotas.Values);

    /// <summary>GPUs of the node that are not there now.</summary>
    public void Lose(string node, params int[] gpus) => State = State with
    {
        Nodes = State.Nodes.SetItem(node, State.Nodes[node] with { LostGpus = [.. gpus] }),
    };

    public void SetQuota(string namespaceName, int gpus) => State = State with
    {
        Quotas = State.Quotas.SetItem(namespaceName, new(namespaceName, "test", gpus)),
    };

    /// <summary>A job comes, is decided upon, and, where it was admitted, starts to run.</summary>
    public LedgerEntry Arrive(
        string name, int req, int lim, int replicas = 1, int priority = 0, Func<JobClaim, JobClaim>? with = null)
    {
        var claim = new JobClaim
        {
            Uid = name,
            JobKey = $"job/default/{name}",
            JobName = name,
            Namespace = "default",
            Replicas = replicas,
            GpuReq = req,
            GpuLim = lim,
            Priority = priority,
            ArrivedAt = Seconds,
            Added = ++_added,
            LastCheckpointAt = Seconds,
        };
        Observe(with is null ? claim : with(claim));
        Plan();
        return this[name];
    }

    /// <summary>Plans and writes the decisions down, until nothing more is decided.</summary>
    public void Plan(string? preferred = null)
    {
        for (var round = 0; round < 10; round++)
        {
            var plan = _policy.Plan(State, Now, preferred);
            WakeAt = plan.WakeAt;
            if (plan.Decisions.IsEmpty)
            {
                return;
            }

            Planned?.Invoke(State, plan);
            Decisions.AddRange(plan.Decisions);
            var before = State;
            State = CapacityLedger.Apply(State, plan.Decisions, Now);
            AssertQuotasAreKept(before, State);
        }

        throw new InvalidOperationException("the policy does not come to rest");
    }

    /// <summary>The executor has done everything that was decided: the old is gone, the new runs.</summary>
    public void Confirm(string name)
    {
        var entry = this[name];
        var isBegun = KeepsHistory && entry.IsAdmitted && entry.Claim.ConfirmedGeneration != entry.Generation;
        Observe(entry.Claim with
        {
            AppliedGeneration = entry.Generation,
            ConfirmedGeneration = entry.Generation,
            RunningSince = entry.IsAdmitted ? Now : null,
            History = isBegun
                ? TrainingHistory.Begin(
                    entry.Claim.History,
                    (int)entry.Generation,
                    entry.GpuCount * entry.Claim.Replicas,
                    new(Now, entry.Claim.CompletedEpochs))
                : entry.Claim.History,
        });
        Plan();
    }

    public void ConfirmAll()
    {
        for (var before = LedgerState.Empty; !ReferenceEquals(before, State);)
        {
            before = State;
            var open = State.Entries.Values.Where(entry => !entry.IsSettledRunning || !entry.Lingering.IsEmpty);
            foreach (var entry in open)
            {
                Confirm(entry.Uid);
            }
        }
    }

    public void Checkpoint(string name)
    {
        var claim = this[name].Claim;
        var epochs = claim.CompletedEpochs + (KeepsHistory ? 1 : 0);
        Observe(claim with
        {
            Notifications = claim.Notifications + 1,
            LastCheckpointAt = Seconds,
            CompletedEpochs = epochs,
            History = !KeepsHistory || claim.History.IsEmpty
                ? claim.History
                : TrainingHistory.Save(claim.History, claim.History[^1].Attempt, new(Now, epochs)),
        });
        Plan();
    }

    public void End(string name)
    {
        Observe(this[name].Claim with { IsEnding = true, IsEnded = true });
        Plan();
    }

    public void Observe(JobClaim claim) => State = CapacityLedger.Observe(State, claim);

    public void SetCap(string name, int? cap) => State = CapacityLedger.SetCap(State, name, cap);

    /// <summary>What the promise of the ledger comes down to: no GPU twice, none that is not there.</summary>
    public void AssertSound()
    {
        var held = State.Entries.Values
            .SelectMany(entry => entry.Held().Select(gpu => (gpu.Node, gpu.Gpu, entry.Uid)))
            .ToList();
        var twice = held.GroupBy(gpu => (gpu.Node, gpu.Gpu)).FirstOrDefault(group => group.Count() > 1);
        Assert.True(
            twice is null, $"held twice: {twice?.Key} by {string.Join(", ", twice?.Select(gpu => gpu.Uid) ?? [])}");
        foreach (var entry in State.Entries.Values.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            Assert.Equal(entry.Claim.Replicas, entry.Blocks.Length);
            Assert.All(entry.Blocks, block => Assert.Equal(entry.GpuCount, block.Gpus.Length));
            Assert.InRange(entry.GpuCount, 0, int.MaxValue);
            Assert.NotEqual("", entry.Reason);
        }
    }

    /// <summary>No commit raises what a namespace holds above its quota, what lingers included.</summary>
    private static void AssertQuotasAreKept(LedgerState before, LedgerState after)
    {
        var (was, allocated) = (before.AllocatedByNamespace(), after.AllocatedByNamespace());
        Assert.All(after.Quotas.Values, quota => Assert.InRange(
            allocated.GetValueOrDefault(quota.Namespace),
            0,
            Math.Max(quota.GpuCount, was.GetValueOrDefault(quota.Namespace))));
    }

    private double Seconds => Now.ToUnixTimeMilliseconds() / 1000.0;
}
