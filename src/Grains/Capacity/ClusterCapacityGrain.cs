using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains.Capacity;

/// <summary>
/// A capacity domain. Calls only join a bounded list. One loop takes all that wait, catches up with the committed job
/// rows, folds the calls and the policy's plans over a copy, commits it as one batch of rows under the ledger's etag,
/// swaps memory, and completes the answers. Nothing reads the copy before it is committed.
/// </summary>
[GrainType("capacity"), KeepAlive]
public sealed partial class ClusterCapacityGrain(
    IRowCollections store,
    IJobRows jobs,
    IEventRows events,
    DomainPolicies policies,
    CapacityInstruments instruments,
    DecisionSignal signal,
    ForecastQueue forecasts,
    IOptions<CapacityOptions> options,
    IOptions<JobOptions> jobOptions,
    IEnumerable<IManifestCheck> manifestChecks,
    IReadLease lease,
    TimeProvider time,
    ILogger<ClusterCapacityGrain> logger) : Grain, IClusterCapacityGrain
{
    private IPolicy _policy = null!;
    private CommandLoop<CapacityCall> _calls = null!;
    private DomainRows _rows = null!;
    private DomainFollower _follower = null!;
    private LedgerState _ledger = LedgerState.Empty;
    private DateTimeOffset? _wakeAt;

    private string Domain => GrainKeys.ParseCapacity(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _policy = policies.Of(Domain);
        _rows = new(this.GetPrimaryKeyString(), store);
        _follower = new(Domain, jobs);
        _ledger = await _follower.RebuildAsync(await _rows.LoadAsync(cancellationToken));
        LogLoaded(logger, Domain, _follower.Ranking.Count, _ledger.Entries.Count, _follower.Position);
        // Whatever was planned and not stored is planned again.
        _wakeAt = DateTimeOffset.UnixEpoch;
        _calls = new(options.Value.MaxQueuedCommands, options.Value.MaxBatch, maxYields: 0, FoldAsync, OnFailed);
        _calls.Start();
        instruments.Committed(Domain, _ledger);
        this.RegisterGrainTimer(TickAsync, new(options.Value.TickInterval, options.Value.TickInterval));
    }

    /// <summary>What was taken is committed before the next activation reads.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _calls.StopAsync();
        // After the last commit, which tells of the ledger too.
        instruments.Left(Domain);
    }

    public async Task<Allocation?> SettleAsync(string? uid)
    {
        var ledger = await SettledAsync();
        return uid is not null && ledger.Entries.TryGetValue(uid, out var entry) ? LedgerViews.Allocation(entry) : null;
    }

    public Task<ScaleAnswer> ResizeAsync(ResizeJob command)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(command.GpuCount ?? 0);
        return ScaledAsync(new ScaleJob(command.Uid, command.GpuCount));
    }

    public Task<ScaleAnswer> ScaleBestAsync(string? operationId = null) => ScaledAsync(new ScaleBest(operationId));

    public Task ReportNodesAsync(NodeReport report)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Nodes.Length, NodeReport.MaxNodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Quotas.Length, NodeReport.MaxQuotas);
        return JoinAsync(new TakeNodes(report));
    }

    public Task WakeAsync() => SettledAsync();

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (_wakeAt <= time.GetUtcNow()
            || await jobs.ReadNewestChangeAsync(Domain, cancellationToken) > _follower.Position)
        {
            await SettledAsync();
        }
    }

    private async Task<LedgerState> SettledAsync() => (await JoinAsync(new Settle())).Ledger;

    private async Task<ScaleAnswer> ScaledAsync(LedgerCommand command) =>
        (await JoinAsync(command)).Scaled ?? throw new InvalidOperationException($"{command} has no answer");

    private async Task<(LedgerState Ledger, ScaleAnswer? Scaled)> JoinAsync(LedgerCommand? command)
    {
        var call = new CapacityCall(command);
        await _calls.JoinAsync(call);
        return await call.Answer;
    }

    private async Task FoldAsync(IReadOnlyList<CapacityCall> batch)
    {
        var observed = await _follower.CatchUpAsync(_ledger);
        var now = time.GetUtcNow();
        foreach (var read in batch.Where(call => call.Command is null))
        {
            read.Complete(observed);
        }

        var calls = batch.Where(call => call.Command is not null).ToList();
        var folded = LedgerFold.Fold(
            _ledger, _wakeAt, observed, [.. calls.Select(call => call.Command!)], _policy, now);
        if (!await _rows.CommitAsync(folded, now) && calls.Count > 0 && !lease.IsHeld)
        {
            // Nothing was written that would have shown whether this ledger is still the newest.
            await _rows.CheckAsync();
        }

        (_ledger, _wakeAt) = (folded.State, folded.WakeAt);
        instruments.Committed(Domain, _ledger);
        if (!folded.Decisions.IsEmpty)
        {
            Note(folded.Decisions);
            signal.Raise();
        }

        foreach (var (call, scaled) in calls.Zip(folded.Answers))
        {
            call.Complete(_ledger, scaled);
        }
    }

    private void Note(ImmutableArray<Decision> decisions)
    {
        foreach (var decision in decisions)
        {
            instruments.Decided(decision.GetType().Name);
            if (decision is not Wait)
            {
                var entry = _ledger.Entries[decision.Uid];
                LogDecided(
                    logger, Domain, entry.Claim.JobName, decision.GetType().Name, entry.Generation, decision.Reason);
            }
        }
    }

    private void OnFailed(Exception failure)
    {
        LogFailed(logger, failure, Domain);
        DeactivateOnIdle();
    }
}
