namespace Sluice.Grains.Interfaces.StageQueues;

/// <summary>
/// A list of jobs that independent workers pull from, by <see cref="GrainKeys.StageQueue"/>. Calls only join a bounded
/// list; one loop folds all that wait in the order of their arrival and commits them as one batch, and only then are
/// they answered. Refusals are values; an exception means that the outcome is unknown, and the same command, with its
/// operation id, may be sent again.
/// </summary>
[Alias("sluice.stage-queue")]
public interface IStageQueueGrain : IWakeableGrain
{
    /// <summary>True where something was ever stored under this number.</summary>
    [Alias("is-known"), AlwaysInterleave]
    Task<bool> IsKnownAsync();

    /// <summary>Sets the lifetimes of the stages where none were set, and tells what holds now.</summary>
    [Alias("initialize"), AlwaysInterleave]
    Task<StageLifetimes> InitializeAsync(StageLifetimes lifetimes);

    /// <summary>The lifetimes of the stages.</summary>
    [Alias("get-lifetimes"), AlwaysInterleave]
    Task<StageLifetimes> GetLifetimesAsync();

    /// <summary>Sets one stage's lifetime; stages below it that have none get 0, no limit.</summary>
    [Alias("set-lifetime"), AlwaysInterleave]
    Task<StageLifetimes> SetLifetimeAsync(SetStageLifetime command);

    /// <summary>Adds the jobs whose id is new, all of them or none; others are left alone.</summary>
    [Alias("add"), AlwaysInterleave, ResponseTimeout("00:00:30")]
    Task<AddStageJobsAnswer> AddAsync(AddStageJobs command);

    /// <summary>Hands out the job that waits in a stage and has the lowest id.</summary>
    [Alias("hand-out"), AlwaysInterleave]
    Task<HandOutAnswer> HandOutAsync(HandOut command);

    /// <summary>Moves a job to a stage, where it waits with a fresh clock.</summary>
    [Alias("move"), AlwaysInterleave]
    Task<MoveAnswer> MoveAsync(MoveStageJob command);

    /// <summary>Gives a hand-out a fresh clock: its worker is alive.</summary>
    [Alias("extend-lease"), AlwaysInterleave]
    Task<ExtendLeaseAnswer> ExtendLeaseAsync(ExtendLease command);

    /// <summary>Flags every job that is over its time.</summary>
    [Alias("check"), AlwaysInterleave]
    Task<StageCheck> CheckAsync();

    /// <summary>Flags every job that is over its time, and moves the flagged ones of a stage.</summary>
    [Alias("redo"), AlwaysInterleave]
    Task<StageCheck> RedoAsync(RedoStage command);

    /// <summary>How far the list is.</summary>
    [Alias("get-progress"), AlwaysInterleave]
    Task<StageQueueProgress> GetProgressAsync();

    /// <summary>Jobs by id, a page at a time.</summary>
    [Alias("read-jobs"), AlwaysInterleave]
    Task<StageJobPage> ReadJobsAsync(StageJobQuery query);

    /// <summary>Changes settings, and tells what holds now.</summary>
    [Alias("change-settings"), AlwaysInterleave]
    Task<StageQueueSettings> ChangeSettingsAsync(ChangeStageQueueSettings command);
}
