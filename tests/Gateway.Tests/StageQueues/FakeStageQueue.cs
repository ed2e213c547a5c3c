using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

/// <summary>What lists answer.</summary>
public sealed class FakeStageQueueAnswers
{
    /// <summary>By grain key.</summary>
    public Func<string, bool> IsKnown { get; set; } = _ => true;

    public StageLifetimes Lifetimes { get; set; } = new([5, 0.5, 0, 1e-5]);

    public AddStageJobsAnswer Added { get; set; } = new(AddStageJobsOutcome.Done, 1);

    public HandOutAnswer HandedOut { get; set; } = new()
    {
        Outcome = HandOutOutcome.Done,
        Job = new()
        {
            JobId = 17,
            Stage = 0,
            Command = FakeGrains.Utf8("""{"x": [1, 2.0]}"""),
            Lease = "17-3",
            FailedAttempts = 2,
        },
    };

    public MoveAnswer Moved { get; set; } = new(MoveOutcome.Done);

    public ExtendLeaseAnswer Extended { get; set; } = new(MoveOutcome.Done, null);

    public StageCheck Check { get; set; } = new(0, 0);

    public StageQueueProgress Progress { get; set; } = new()
    {
        JobCount = 3,
        Stages =
        [
            new() { Stage = 0, JobCount = 1, HandedOutCount = 0, FlaggedCount = 0, LifetimeMinutes = 0 },
            new() { Stage = 3, JobCount = 2, HandedOutCount = 1, FlaggedCount = 1, LifetimeMinutes = null },
        ],
        LastStage = 4,
        Fraction = 0.5,
        FlaggedCount = 1,
        Settings = new() { Redeliver = true, MaxAttempts = 7 },
        Version = "v9",
    };

    public Func<StageJobQuery, StageJobPage> Page { get; set; } = _ => new([Job], 17);

    public StageQueueSettings Settings { get; set; } = new() { Redeliver = true, MaxAttempts = 7 };

    public static StageJobView Job { get; } = new()
    {
        JobId = 17,
        Stage = 3,
        Command = FakeGrains.Utf8("""{"x": "<&>"}"""),
        FileName = "<b>&\"out.h5",
        Since = DateTimeOffset.UnixEpoch,
        IsHandedOut = true,
        Until = DateTimeOffset.UnixEpoch.AddSeconds(1.5),
        FailedAttempts = 2,
    };
}

/// <summary>A list that notes what it is asked.</summary>
internal sealed class FakeStageQueue(FakeGrains grains, string key) : IStageQueueGrain
{
    private FakeStageQueueAnswers Answers => grains.Queue;

    public Task<bool> IsKnownAsync() => grains.CallAsync(key, "IsKnown", null, () => Answers.IsKnown(key));

    public Task<StageLifetimes> InitializeAsync(StageLifetimes lifetimes) =>
        grains.CallAsync(key, "Initialize", lifetimes, () => Answers.Lifetimes);

    public Task<StageLifetimes> GetLifetimesAsync() =>
        grains.CallAsync(key, "GetLifetimes", null, () => Answers.Lifetimes);

    public Task<StageLifetimes> SetLifetimeAsync(SetStageLifetime command) =>
        grains.CallAsync(key, "SetLifetime", command, () => Answers.Lifetimes);

    public Task<AddStageJobsAnswer> AddAsync(AddStageJobs command) =>
        grains.CallAsync(key, "Add", command, () => Answers.Added);

    public Task<HandOutAnswer> HandOutAsync(HandOut command) =>
        grains.CallAsync(key, "HandOut", command, () => Answers.HandedOut);

    public Task<MoveAnswer> MoveAsync(MoveStageJob command) =>
        grains.CallAsync(key, "Move", command, () => Answers.Moved);

    public Task<ExtendLeaseAnswer> ExtendLeaseAsync(ExtendLease command) =>
        grains.CallAsync(key, "ExtendLease", command, () => Answers.Extended);

    public Task<StageCheck> CheckAsync() => grains.CallAsync(key, "Check", null, () => Answers.Check);

    public Task<StageCheck> RedoAsync(RedoStage command) =>
        grains.CallAsync(key, "Redo", command, () => Answers.Check);

    public Task<StageQueueProgress> GetProgressAsync() =>
        grains.CallAsync(key, "GetProgress", null, () => Answers.Progress);

    public Task<StageJobPage> ReadJobsAsync(StageJobQuery query) =>
        grains.CallAsync(key, "ReadJobs", query, () => Answers.Page(query));

    public Task<StageQueueSettings> ChangeSettingsAsync(ChangeStageQueueSettings command) =>
        grains.CallAsync(key, "ChangeSettings", command, () => Answers.Settings);

    public Task WakeAsync() => throw new NotSupportedException();
}
