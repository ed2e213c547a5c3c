using System.Text;
using System.Text.Json;
using Sluice.Grains;
using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;
using Sluice.Scheduling.Ledger;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>
/// Feeds the checks with commits that no server made: each must complain of what it is there for, and of nothing else.
/// There is one node, <c>n</c>, with two GPUs, and one job, <c>a</c>.
/// </summary>
public abstract class CheckBench : IBreaksPromises
{
    private protected static readonly string Key = GrainKeys.Job(GrainKeys.DefaultDomain, "a");

    private readonly List<string> _broken = [];
    private long _change;

    private protected CheckBench()
    {
        Ledger = new(Fail, _ => { });
        Runs = new(Ledger, Fail, _ => { });
        Rows = new(Runs, Fail, _ => { });
        Ledger.IsInUse = Runs.IsInUse;
        Runs.IsOver = Rows.IsOver;
        Commit(LedgerState.Empty with { Nodes = LedgerState.Empty.Nodes.Add("n", new("n", "test", 2, true)) });
    }

    IEnumerable<string> IBreaksPromises.Broken => _broken;

    private protected IReadOnlyList<string> Broken => _broken;

    private protected LedgerCheck Ledger { get; }

    private protected RunCheck Runs { get; }

    private protected RowCheck Rows { get; }

    private protected static LedgerEntry Holding(string uid, long generation, params int[] gpus) => new()
    {
        Claim = new()
        {
            Uid = uid,
            JobKey = Key,
            JobName = "a",
            Namespace = "default",
            Replicas = 1,
            GpuReq = 0,
            GpuLim = 8,
            ArrivedAt = 0,
            Added = 1,
        },
        Generation = generation,
        IsAdmitted = true,
        GpuCount = gpus.Length,
        Blocks = [new("n", [.. gpus])],
        Reason = "because",
    };

    private protected static LedgerEntry Waiting(string uid) => Holding(uid, 0) with
    {
        IsAdmitted = false,
        Blocks = [],
    };

    private protected static JobScript Script { get; } = new()
    {
        Number = 1,
        JobName = "a",
        GpuReq = 0,
        GpuLim = 8,
        Replicas = 1,
        Namespace = "default",
        Epochs = 1,
        SecondsPerEpoch = 1,
        SecondsToStart = 1,
        SecondsToStop = 1,
    };

    private protected static DesiredRun Desired(string uid, int attempt, long generation, params int[] gpus) => new()
    {
        JobKey = Key,
        JobName = "a",
        Uid = uid,
        Generation = generation,
        Attempt = attempt,
        ShouldRun = true,
        GpuCount = gpus.Length,
        Blocks = [new("n", [.. gpus])],
        Manifest = Script.Manifest,
    };

    private protected static JobState Counted(int restarts, params string[] operations)
    {
        var record = new JobRecord
        {
            JobName = "a",
            GpuReq = 0,
            GpuLim = 1,
            GpuAssigned = 0,
            JobArrivalTime = Number.Of(0),
            LastCheckpointTime = Number.Of(0),
            Restarts = restarts,
        };
        return new()
        {
            Record = record,
            Answered = [.. operations.Select(operation => new AnsweredOperation(operation, null, default, record))],
        };
    }

    private protected static JobState Deployed(string uid) => Counted(0) with
    {
        Managed = new()
        {
            Uid = uid,
            ManifestText = "",
            Kind = ManifestKind.Job,
            Namespace = "default",
            RestartRule = new(ManifestKind.Job, RestartPolicy.Never, 1),
        },
    };

    private protected static LedgerState With(params LedgerEntry[] entries) => LedgerState.Empty with
    {
        LastGeneration = entries.Max(entry => entry.Generation),
        Entries = LedgerState.Empty.Entries.AddRange(entries.Select(entry => KeyValuePair.Create(entry.Uid, entry))),
    };

    private protected static RowBatch Batch(LedgerState written) => new()
    {
        Owner = "pool/default",
        ExpectedETag = null,
        Upserts = LedgerRows.Difference(LedgerState.Empty, written).Upserts,
        Events = [.. written.Entries.Values.Select(Told)],
    };

    private protected static NewEvent Told(LedgerEntry entry) =>
        new EventDetails { Reason = "because", Generation = entry.Generation }
            .OfJob(EventKind.Admitted, entry.Claim.JobName, entry.Uid, DateTimeOffset.UnixEpoch);

    private protected void Commit(params LedgerEntry[] entries) => Commit(With(entries));

    private protected void Commit(LedgerState written) => Ledger.Committed(Batch(written));

    private protected void Write(JobState state, string name = "a", long added = 1) =>
        Write(state, ++_change, name, added);

    private protected void Write(JobState state, long change, string name = "a", long added = 1)
    {
        var named = state.Record is { } record ? state with { Record = record with { JobName = name } } : state;
        var body = JsonSerializer.Serialize(named, GrainsJsonContext.Default.JobState);
        var key = GrainKeys.Job(GrainKeys.DefaultDomain, name);
        Rows.Committed(new(key, added, change, state.Record is null, Encoding.UTF8.GetBytes(body)), named);
    }

    private protected void Fail(string promise, string what) => _broken.Add(promise);
}
