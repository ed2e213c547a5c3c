namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>How a command on a job ended.</summary>
[GenerateSerializer, Alias("sluice.job-outcome")]
public enum JobOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>Done, and durable.</summary>
    Done = 1,

    /// <summary>There is no such job.</summary>
    NotFound = 2,

    /// <summary>There is a job of this name already.</summary>
    AlreadyExists = 3,

    /// <summary>A value is out of range; <see cref="JobAnswer.Problem"/> names the field.</summary>
    Invalid = 4,

    /// <summary>The operation id was used for another request.</summary>
    OperationReused = 5,

    /// <summary>The job's state does not allow it; <see cref="JobAnswer.Problem"/> says why.</summary>
    Conflict = 6,

    /// <summary>The record would be larger than 64 KiB.</summary>
    TooLarge = 7,
}

/// <summary>The answer to a command on a job.</summary>
[GenerateSerializer, Immutable, Alias("sluice.job-answer")]
public sealed record JobAnswer
{
    /// <summary>How it ended.</summary>
    [Id(0)] public required JobOutcome Outcome { get; init; }

    /// <summary>
    /// The record as it now is; set where the outcome is <see cref="JobOutcome.Done"/> (not of a deletion).
    /// </summary>
    [Id(1)] public JobRecord? Job { get; init; }

    /// <summary>A resize that waits for exactly this checkpoint.</summary>
    [Id(2)] public Resize? Resize { get; init; }

    /// <summary>For people: what is wrong, naming the field.</summary>
    [Id(3)] public string? Problem { get; init; }
}

/// <summary>Tells a trainer that its GPU count changes now.</summary>
/// <param name="Gpus">GPUs a replica from the next start on.</param>
/// <param name="Generation">The generation of the allocation.</param>
[GenerateSerializer, Immutable, Alias("sluice.resize")]
public sealed record Resize([property: Id(0)] int Gpus, [property: Id(1)] long Generation);

/// <summary>How a deployment ended.</summary>
[GenerateSerializer, Alias("sluice.deploy-outcome")]
public enum DeployOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>Recorded now; <see cref="DeployAnswer.Job"/> tells whether it has its GPUs or waits.</summary>
    Created = 1,

    /// <summary>The same manifest is there already under that name.</summary>
    Unchanged = 2,

    /// <summary>Another job has that name.</summary>
    Conflict = 3,

    /// <summary>The manifest cannot be taken; <see cref="DeployAnswer.Problem"/> says why.</summary>
    Invalid = 4,

    /// <summary>Nothing was recorded: there are as many jobs as the domain takes.</summary>
    Full = 5,
}

/// <summary>The answer to a deployment.</summary>
[GenerateSerializer, Immutable, Alias("sluice.deploy-answer")]
public sealed record DeployAnswer
{
    /// <summary>How it ended.</summary>
    [Id(0)] public required DeployOutcome Outcome { get; init; }

    /// <summary>The record, where there is one.</summary>
    [Id(1)] public JobRecord? Job { get; init; }

    /// <summary>Why the job got what it got, or what it waits for.</summary>
    [Id(2)] public string? Reason { get; init; }

    /// <summary>For people: what is wrong.</summary>
    [Id(3)] public string? Problem { get; init; }
}

/// <summary>How a scaling ended.</summary>
[GenerateSerializer, Alias("sluice.scale-outcome")]
public enum ScaleOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>Decided and durable, or nothing to change.</summary>
    Done = 1,

    /// <summary>There is no such job.</summary>
    NotFound = 2,

    /// <summary>The job is external, has ended, or waits.</summary>
    CannotChange = 3,

    /// <summary>No job could use more GPUs; only without a name.</summary>
    NoCandidate = 4,
}

/// <summary>The answer to a scaling.</summary>
[GenerateSerializer, Immutable, Alias("sluice.scale-answer")]
public sealed record ScaleAnswer
{
    /// <summary>How it ended.</summary>
    [Id(0)] public required ScaleOutcome Outcome { get; init; }

    /// <summary>The job that was looked at; null where there was no candidate.</summary>
    [Id(1)] public string? Name { get; init; }

    /// <summary>GPUs a replica before.</summary>
    [Id(2)] public int Previous { get; init; }

    /// <summary>GPUs a replica now.</summary>
    [Id(3)] public int Assigned { get; init; }

    /// <summary>GPUs a replica that the job gets at its next checkpoint; null where nothing waits for one.</summary>
    [Id(4)] public int? AtNextCheckpoint { get; init; }

    /// <summary>Why, in words.</summary>
    [Id(5)] public string? Reason { get; init; }
}

/// <summary>What is known of a job beyond its record.</summary>
[GenerateSerializer, Immutable, Alias("sluice.job-description")]
public sealed record JobDescription
{
    /// <summary>The record.</summary>
    [Id(0)] public required JobRecord Job { get; init; }

    /// <summary>False: external.</summary>
    [Id(1)] public required bool IsManaged { get; init; }

    /// <summary>Made at creation; null for external jobs.</summary>
    [Id(2)] public string? Uid { get; init; }

    /// <summary>Pod, Job or PyTorchJob.</summary>
    [Id(3)] public string? Kind { get; init; }

    /// <summary>The manifest's namespace.</summary>
    [Id(4)] public string? Namespace { get; init; }

    /// <summary>The generation of the allocation that is applied.</summary>
    [Id(5)] public long Generation { get; init; }

    /// <summary>Node and GPU indices of each replica, such as <c>node-0:0,1</c>.</summary>
    [Id(6)] public string? Placement { get; init; }

    /// <summary>Why the job has what it has, or waits.</summary>
    [Id(7)] public string? Reason { get; init; }

    /// <summary>Starts of its processes, from 1; 0 before the first.</summary>
    [Id(8)] public int Attempt { get; init; }

    /// <summary>Exit status of the last attempt that ended by itself.</summary>
    [Id(9)] public int? ExitCode { get; init; }

    /// <summary>What the executor last said, where it is of interest.</summary>
    [Id(10)] public string? Message { get; init; }

    /// <summary><c>immediate</c> or <c>after-checkpoint</c>.</summary>
    [Id(11)] public string? ScaleMode { get; init; }

    /// <summary>When it is started again after a failure.</summary>
    [Id(12)] public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it was first running; null before.</summary>
    [Id(13)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    [Id(14)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>
    /// Seconds of training that have to be done again, all its stops together: each from its last notification, or from
    /// its start, to its end. 0 or more.
    /// </summary>
    [Id(15)] public double LostSeconds { get; init; }

    /// <summary>The same of its last stop; null before the first.</summary>
    [Id(16)] public double? LastLostSeconds { get; init; }

    /// <summary>
    /// Why it was stopped then: <c>resized</c>, <c>preempted</c> or <c>failed</c>; null before the first.
    /// </summary>
    [Id(17)] public string? LastLossCause { get; init; }

    /// <summary>Since when the attempt that should run has been running; null while it does not.</summary>
    [Id(18)] public DateTimeOffset? RunningSince { get; init; }

    /// <summary>GPUs a replica that it gets at its next checkpoint; null where nothing waits for one.</summary>
    [Id(19)] public int? AtNextCheckpoint { get; init; }
}
