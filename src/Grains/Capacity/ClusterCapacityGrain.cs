using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains.Capacity;

/// <summary>
/// A capacity domain. Calls only join a bounded list. One loop takes all that wait, catches up with the committed job
/// rows, folds the calls and the policy's plan over a copy, commits it as one batch of rows under the ledger's etag,
/// swaps memory, and completes the answers. Nothing reads the copy before it is committed.
/// </summary>
[GrainType("capacity"), KeepAlive]
public sealed partial class ClusterCapacityGrain : Grain, IClusterCapacityGrain
{
    /// <summary>
    /// A plan may make another one possible; more rounds than this in one commit are left to the next.
    /// </summary>
    private const int MaxRounds = 4;

    private readonly IRowCollections _store;
    private readonly IJobRows _jobs;
    private readonly IEventRows _events;
    private readonly IPolicy _policy;
    private readonly CapacityInstruments _instruments;
    private readonly DecisionSignal _signal;
    private readonly CapacityOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Command> _commands;

    private DomainFollower _follower = null!;
    private LedgerState _ledger = LedgerState.Empty;
    private LedgerState _stored = LedgerState.Empty;
    private string? _etag;
    private DateTimeOffset? _wakeAt;
    private DateTimeOffset? _storedWakeAt;
    private Exception? _failure;

    public ClusterCapacityGrain(
        IRowCollections store,
        IJobRows jobs,
        IEventRows events,
        IPolicy policy,
        CapacityInstruments instruments,
        DecisionSignal signal,
        IOptions<CapacityOptions> options,
        TimeProvider time,
        ILogger<ClusterCapacityGrain> logger)
    {
        _store = store;
        _jobs = jobs;
        _events = events;
        _policy = policy;
        _instruments = instruments;
        _signal = signal;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _commands = Channel.CreateBounded<Command>(new BoundedChannelOptions(_options.MaxQueuedCommands)
        {
            SingleReader = true,
        });
    }

    private string Domain => GrainKeys.ParseCapacity(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.LoadAsync(this.GetPrimaryKeyString(), cancellationToken);
        _etag = stored.ETag;
        _stored = _ledger = LedgerRows.Read(stored.Rows);
        _follower = new(Domain, _jobs);
        _ledger = await _follower.RebuildAsync(_ledger);
        LogLoaded(_logger, Domain, _follower.Ranking.Count, _ledger.Entries.Count, _follower.Position);
        // Whatever was planned and not stored is planned again, and a wake-up that was stored is taken over.
        _wakeAt = _storedWakeAt = DateTimeOffset.UnixEpoch;
        _ = RunAsync();
        this.RegisterGrainTimer(TickAsync, new(_options.TickInterval, _options.TickInterval));
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _commands.Writer.TryComplete();
        return Task.CompletedTask;
    }

    public async Task<Allocation?> SettleAsync(string? uid)
    {
        var ledger = await JoinAsync(new());
        return uid is not null && ledger.Entries.TryGetValue(uid, out var entry) ? LedgerViews.Allocation(entry) : null;
    }

    public async Task<ScaleAnswer> ResizeAsync(ResizeJob command)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(command.GpuCount ?? 0);
        LedgerEntry? before = null;
        var after = await JoinAsync(new()
        {
            PreferredUid = command.Uid,
            Change = state =>
            {
                before = state.Entries.GetValueOrDefault(command.Uid);
                return CapacityLedger.SetCap(state, command.Uid, command.GpuCount);
            },
        });
        return Scaled(before, after.Entries.GetValueOrDefault(command.Uid));
    }

    public async Task<ScaleAnswer> ScaleBestAsync()
    {
        LedgerEntry? before = null;
        var command = new Command();
        command.Change = state =>
        {
            before = ScaleUpChoice.Find(_policy, state, _time.GetUtcNow());
            command.PreferredUid = before?.Uid;
            return before is null ? state : CapacityLedger.SetCap(state, before.Uid, cap: null);
        };
        var after = await JoinAsync(command);
        return before is null
            ? new() { Outcome = ScaleOutcome.NoCandidate }
            : Scaled(before, after.Entries.GetValueOrDefault(before.Uid));
    }

    public async Task<ImmutableArray<UndeliveredAllocation>> ReadUndeliveredAsync(int max)
    {
        var ledger = await JoinAsync(new());
        return
        [
            .. ledger.Entries.Values.Where(entry => entry.IsUndelivered)
                .OrderBy(entry => entry.Generation)
                .Take(max)
                .Select(entry => new UndeliveredAllocation(entry.Claim.JobKey, LedgerViews.Allocation(entry))),
        ];
    }

    public Task ReportNodesAsync(NodeReport report)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Nodes.Length, NodeReport.MaxNodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Quotas.Length, NodeReport.MaxQuotas);
        return JoinAsync(new()
        {
            Change = state => CapacityLedger.ReportNodes(
                state,
                report.Executor,
                report.Nodes.Select(node => LedgerViews.Node(node, report.Executor)),
                report.Quotas.Select(quota => LedgerViews.Quota(quota, report.Executor))),
        });
    }

    public async Task<RankedJobs> RankAsync(RankQuery query)
    {
        if (await _jobs.ReadNewestChangeAsync(Domain) > _follower.Position)
        {
            await JoinAsync(new() { IsRead = true });
        }

        return new(_follower.Lists.Get(LedgerViews.Order(query.Order), query.X, query.Limit));
    }

    public async Task<JobPage> ReadJobsAsync(long after, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, JobPage.MaxRecords);
        var page = await _jobs.ReadInOrderAsync(Domain, after, max);
        return new([.. page.Select(Jobs.JobRows.RecordJson)], page.Length < max ? null : page[^1].Added);
    }

    public async Task<CapacityView> GetAsync() => LedgerViews.View(await JoinAsync(new()), _policy.Name);

    public Task WakeAsync() => JoinAsync(new());

    private static ScaleAnswer Scaled(LedgerEntry? before, LedgerEntry? after) =>
        before is null || after is null || !before.IsAdmitted
            ? new()
            {
                Outcome = ScaleOutcome.CannotChange,
                Name = after?.Claim.JobName,
                Reason = after is null ? "the ledger does not know the job" : $"{after.Claim.JobName} {after.Reason}",
            }
            : new()
            {
                Outcome = ScaleOutcome.Done,
                Name = after.Claim.JobName,
                Previous = before.GpuCount,
                Assigned = after.GpuCount,
                AtNextCheckpoint = after.Pending?.GpuCount,
                Reason = after.Pending?.Reason ?? after.Reason,
            };

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (_wakeAt <= _time.GetUtcNow()
            || await _jobs.ReadNewestChangeAsync(Domain, cancellationToken) > _follower.Position)
        {
            await JoinAsync(new());
        }
    }

    private async Task<LedgerState> JoinAsync(Command command)
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException($"the ledger of {Domain} is being loaded anew", failure);
        }

        await _commands.Writer.WriteAsync(command);
        return await command.Answer.Task;
    }

    private async Task RunAsync()
    {
        var batch = new List<Command>();
        try
        {
            while (await _commands.Reader.WaitToReadAsync())
            {
                batch.Clear();
                while (batch.Count < _options.MaxBatch && _commands.Reader.TryRead(out var command))
                {
                    batch.Add(command);
                }

                await FoldAsync(batch);
            }
        }
        catch (Exception failure)
        {
            // What is stored is unknown now: the next activation reads it.
            LogFailed(_logger, failure, Domain);
            _failure = failure;
            _commands.Writer.TryComplete();
            while (_commands.Reader.TryRead(out var command))
            {
                batch.Add(command);
            }

            batch.ForEach(command => command.Answer.TrySetException(failure));
            DeactivateOnIdle();
        }
    }

    private async Task FoldAsync(List<Command> batch)
    {
        var next = await _follower.CatchUpAsync(_ledger);
        foreach (var read in batch.Where(command => command.IsRead))
        {
            read.Answer.SetResult(_ledger);
        }

        var now = _time.GetUtcNow();
        var asked = next;
        next = batch.Where(command => command.Change is not null)
            .Aggregate(next, (state, command) => command.Change!(state));
        var events = ImmutableArray.CreateBuilder<NewEvent>();
        events.AddRange(LedgerEvents.OfCommands(
            asked, next, batch.Select(command => command.PreferredUid).OfType<string>(), now));
        var preferred = batch.LastOrDefault(command => command.PreferredUid is not null)?.PreferredUid;
        var decisions = new List<Decision>();
        if (!ReferenceEquals(next, _ledger) || preferred is not null || _wakeAt <= now)
        {
            for (var round = 0; round < MaxRounds; round++)
            {
                var plan = _policy.Plan(next, now, preferred);
                _wakeAt = plan.Decisions.IsEmpty ? plan.WakeAt : now;
                if (plan.Decisions.IsEmpty)
                {
                    break;
                }

                decisions.AddRange(plan.Decisions);
                var planned = next;
                next = CapacityLedger.Apply(next, plan.Decisions, now);
                events.AddRange(LedgerEvents.OfPlan(planned, next, plan.Decisions, now));
            }
        }

        await CommitAsync(next, events.ToImmutable());
        _ledger = next;
        if (decisions.Count > 0)
        {
            Note(decisions, next);
            _signal.Raise();
        }

        foreach (var command in batch.Where(command => !command.IsRead))
        {
            command.Answer.SetResult(next);
        }
    }

    private async Task CommitAsync(LedgerState next, ImmutableArray<NewEvent> events)
    {
        var (upserts, deletes) = LedgerRows.Difference(_stored, next);
        var isWakeUpSpent = _storedWakeAt <= _time.GetUtcNow() && _storedWakeAt != _wakeAt;
        if (upserts.IsEmpty && deletes.IsEmpty && !isWakeUpSpent)
        {
            return;
        }

        _etag = await _store.CommitAsync(new RowBatch
        {
            Owner = this.GetPrimaryKeyString(),
            ExpectedETag = _etag,
            Upserts = upserts,
            Deletes = deletes,
            DueAt = _wakeAt,
            Events = events,
        });
        _stored = next;
        _storedWakeAt = _wakeAt;
    }

    private void Note(List<Decision> decisions, LedgerState next)
    {
        foreach (var decision in decisions)
        {
            _instruments.Decided(decision.GetType().Name);
            if (decision is not Wait)
            {
                var entry = next.Entries[decision.Uid];
                LogDecided(
                    _logger, Domain, entry.Claim.JobName, decision.GetType().Name, entry.Generation, decision.Reason);
            }
        }
    }

    private sealed class Command
    {
        /// <summary>Folded over the copy; null: only catch up.</summary>
        public Func<LedgerState, LedgerState>? Change { get; set; }

        public string? PreferredUid { get; set; }

        /// <summary>True: needs only the ranking, and is answered before the ledger decides.</summary>
        public bool IsRead { get; init; }

        public TaskCompletionSource<LedgerState> Answer { get; } = new(
            TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
