using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Ports;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// A list of jobs. Calls only join a bounded list; one loop folds all that wait over a copy, commits it as one batch of
/// rows under the list's etag, swaps memory, and completes the answers. Reads are answered from what was committed,
/// unless a job's time is over that nobody has looked at yet.
/// </summary>
[GrainType("stage-queue")]
public sealed partial class StageQueueGrain : Grain, IStageQueueGrain
{
    /// <summary>Some 20 µs, where a commit takes ten times as long.</summary>
    private const int MaxYields = 64;

    private readonly IRowCollections _store;
    private readonly StageQueueInstruments _instruments;
    private readonly StageQueueOptions _options;
    private readonly Scheduling.StageQueues.StageQueueLimits _limits;
    private readonly IReadLease _lease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CommandLoop<Command> _commands;

    private StageQueueState _state = StageQueueState.Empty;
    private string? _etag;

    public StageQueueGrain(
        IRowCollections store,
        StageQueueInstruments instruments,
        IOptions<StageQueueOptions> options,
        IReadLease lease,
        TimeProvider time,
        ILogger<StageQueueGrain> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _store = store;
        _instruments = instruments;
        _options = options.Value;
        _limits = new(_options.MaxJobs, _options.MaxCommandBytes);
        _lease = lease;
        _time = time;
        _logger = logger;
        _commands = new(_options.MaxQueuedCommands, _options.MaxBatch, MaxYields, FoldAsync, OnFailed);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.LoadAsync(this.GetPrimaryKeyString(), cancellationToken);
        _etag = stored.ETag;
        _state = StageQueueRows.Read(stored.Rows);
        if (_etag is not null)
        {
            LogLoaded(_logger, _state.Jobs.Count, _state.Flagged.Count);
        }

        _commands.Start();
    }

    /// <summary>What was taken is committed before the next activation reads.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        _commands.StopAsync();

    public async Task<bool> IsKnownAsync()
    {
        await MakeSureAsync();
        return _etag is not null;
    }

    public Task<StageLifetimes> InitializeAsync(StageLifetimes lifetimes)
    {
        StageQueueArguments.Check(lifetimes);
        return JoinAsync(draft =>
        {
            StageClocks.Initialize(draft, lifetimes.Minutes);
            return new StageLifetimes(draft.Head.Lifetimes);
        });
    }

    public async Task<StageLifetimes> GetLifetimesAsync()
    {
        await MakeSureAsync();
        return new(_state.Head.Lifetimes);
    }

    public Task<StageLifetimes> SetLifetimeAsync(SetStageLifetime command)
    {
        StageQueueArguments.CheckStage(command.Stage);
        StageQueueArguments.CheckMinutes(command.Minutes);
        return JoinAsync(draft =>
        {
            StageClocks.SetLifetime(draft, command.Stage, command.Minutes);
            return new StageLifetimes(draft.Head.Lifetimes);
        });
    }

    public Task<AddStageJobsAnswer> AddAsync(AddStageJobs command)
    {
        var jobs = StageQueueArguments.Copy(command);
        return JoinAsync(draft =>
        {
            var (added, problem) = StageAdditions.Add(draft, jobs);
            return new AddStageJobsAnswer(
                problem is null ? AddStageJobsOutcome.Done : AddStageJobsOutcome.TooMany, added, problem);
        });
    }

    public Task<HandOutAnswer> HandOutAsync(HandOut command)
    {
        var request = StageQueueArguments.Copy(command);
        return JoinAsync(draft => StageQueueViews.Answer(StageHandOuts.HandOut(draft, request)));
    }

    public Task<MoveAnswer> MoveAsync(MoveStageJob command)
    {
        var request = StageQueueArguments.Copy(command);
        return JoinAsync(draft =>
        {
            var (outcome, problem) = StageMoves.Move(draft, request);
            return new MoveAnswer(StageQueueViews.Outcome(outcome), problem);
        });
    }

    public Task<ExtendLeaseAnswer> ExtendLeaseAsync(ExtendLease command)
    {
        StageQueueArguments.CheckLeaseSeconds(command.Seconds);
        return JoinAsync(draft =>
        {
            var (outcome, until, problem) =
                StageHandOuts.Extend(draft, command.JobId, command.Lease, command.Seconds);
            return new ExtendLeaseAnswer(StageQueueViews.Outcome(outcome), until, problem);
        });
    }

    public Task<StageCheck> CheckAsync() => JoinAsync(draft =>
    {
        StageClocks.Sweep(draft);
        return new StageCheck(draft.FlaggedCount, Moved: 0);
    });

    public Task<StageCheck> RedoAsync(RedoStage command)
    {
        StageQueueArguments.CheckStage(command.Stage);
        StageQueueArguments.CheckStage(command.Redo);
        return JoinAsync(draft =>
        {
            var done = StageClocks.Redo(draft, command.Stage, command.Redo, command.OperationId);
            return new StageCheck(done.Flagged, done.Moved);
        });
    }

    public async Task<StageQueueProgress> GetProgressAsync()
    {
        await CatchUpAsync();
        return StageQueueViews.Progress(_state, _etag);
    }

    public async Task<StageJobPage> ReadJobsAsync(StageJobQuery query)
    {
        StageQueueArguments.Check(query);
        await CatchUpAsync();
        return StageQueueViews.Page(_state, query);
    }

    public Task<StageQueueSettings> ChangeSettingsAsync(ChangeStageQueueSettings command)
    {
        StageQueueArguments.Check(command);
        return JoinAsync(draft =>
        {
            StageClocks.ChangeSettings(draft, command.Redeliver, command.MaxAttempts);
            return StageQueueViews.Settings(draft.Head);
        });
    }

    public Task WakeAsync() => CatchUpAsync();

    /// <summary>What is over its time by now is flagged or taken back, and committed.</summary>
    private Task CatchUpAsync() =>
        _state.NextDue <= _time.GetUtcNow() ? JoinAsync(static draft => draft.FlaggedCount) : MakeSureAsync();

    /// <summary>
    /// Where another process may have taken the list over, a fold looks whether it has before a read is answered.
    /// </summary>
    private Task MakeSureAsync() =>
        _lease.IsHeld ? Task.CompletedTask : JoinAsync(static draft => draft.FlaggedCount);

    private async Task<TAnswer> JoinAsync<TAnswer>(Func<StageQueueDraft, TAnswer> decide)
    {
        var command = new Command<TAnswer>(decide);
        await _commands.JoinAsync(command);
        return await command.Answered;
    }

    private async Task FoldAsync(IReadOnlyList<Command> batch)
    {
        var draft = new StageQueueDraft(_state, _limits, _time.GetUtcNow());
        StageClocks.Sweep(draft, _options.MaxSwept);
        foreach (var command in batch)
        {
            command.Decide(draft);
        }

        if (draft.IsChanged)
        {
            await CommitAsync(draft);
        }
        else if (!_lease.IsHeld)
        {
            // Nothing was written that would have shown whether this list is still the newest.
            await _store.CheckETagAsync(this.GetPrimaryKeyString(), _etag);
        }

        foreach (var command in batch)
        {
            command.Answer();
        }

        if (_state.NextDue <= draft.Now)
        {
            // One commit was not for all that is over: no call must come for the rest.
            _ = JoinAsync(static rest => rest.FlaggedCount);
        }
    }

    private async Task CommitAsync(StageQueueDraft draft)
    {
        var next = draft.ToState();
        var (upserts, deletes) = StageQueueRows.Changed(draft);
        _etag = await _store.CommitAsync(new RowBatch
        {
            Owner = this.GetPrimaryKeyString(),
            ExpectedETag = _etag,
            Upserts = upserts,
            Deletes = deletes,
            DueAt = next.NextDue,
        });
        _state = next;
        _instruments.Committed(draft.Tally);
        if (draft.Tally.Flagged + draft.Tally.TakenBack > 0)
        {
            LogOver(_logger, draft.Tally.Flagged, draft.Tally.TakenBack);
        }
    }

    private void OnFailed(Exception failure)
    {
        LogFailed(_logger, failure);
        DeactivateOnIdle();
    }

    /// <summary>A call, folded over the copy and answered after its commit.</summary>
    private abstract class Command : LoopCommand
    {
        public abstract void Decide(StageQueueDraft draft);

        public abstract void Answer();
    }

    private sealed class Command<TAnswer>(Func<StageQueueDraft, TAnswer> decide) : Command
    {
        private readonly TaskCompletionSource<TAnswer> _answer =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TAnswer? _decided;

        public Task<TAnswer> Answered => _answer.Task;

        public override void Decide(StageQueueDraft draft) => _decided = decide(draft);

        public override void Answer() => _answer.SetResult(_decided!);

        public override void Fail(Exception failure) => _answer.TrySetException(failure);
    }
}
