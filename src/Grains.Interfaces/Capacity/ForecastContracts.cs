using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Grains.Interfaces.Capacity;

/// <summary>Why a job that Sluice runs has what it has, and what is likely to become of it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.allocation-outlook")]
public sealed record AllocationOutlook
{
    /// <summary>The newest decision, with its reason.</summary>
    [Id(0)] public required Allocation Decided { get; init; }

    /// <summary>When that was decided.</summary>
    [Id(1)] public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>Its place among those that wait; null: it does not wait.</summary>
    [Id(2)] public QueuePlace? Queue { get; init; }

    /// <summary>Start and end, with what they rest on.</summary>
    [Id(3)] public required JobOutlook Outlook { get; init; }

    /// <summary>What its checkpoints showed of its speed, by GPUs in all, fewest first.</summary>
    [Id(4)] public ImmutableArray<MeasuredPace> Pace { get; init; } = [];

    /// <summary>Median seconds from a start of its processes to the first epoch; null: not measured.</summary>
    [Id(5)] public double? RestartSeconds { get; init; }

    /// <summary>The next changes of its GPUs if nobody comes and nobody fails; the first 16.</summary>
    [Id(6)] public ImmutableArray<ExpectedChange> Expected { get; init; } = [];

    /// <summary>True: not everything could be played to its end; what is missing has no time.</summary>
    [Id(7)] public bool IsCutShort { get; init; }
}

/// <summary>A place among the jobs that wait.</summary>
/// <param name="Position">From 1.</param>
/// <param name="Length">Jobs that wait.</param>
/// <param name="NeededGpus">GPUs in all, the least with which it starts.</param>
/// <param name="FreeGpus">GPUs that nobody holds, on all nodes together.</param>
[GenerateSerializer, Immutable, Alias("sluice.queue-place")]
public sealed record QueuePlace(
    [property: Id(0)] int Position,
    [property: Id(1)] int Length,
    [property: Id(2)] int NeededGpus,
    [property: Id(3)] int FreeGpus);

/// <summary>
/// What would become of a job if nobody came, nobody failed, and all went on at the speed they showed.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.job-outlook")]
public sealed record JobOutlook
{
    /// <summary>The job's name.</summary>
    [Id(0)] public required string JobName { get; init; }

    /// <summary>When one that waits gets GPUs; null: it has them, or nobody can tell.</summary>
    [Id(1)] public DateTimeOffset? StartsAt { get; init; }

    /// <summary>GPUs in all that it gets then; null like the time.</summary>
    [Id(2)] public int? StartGpus { get; init; }

    /// <summary>When it is done; null: nobody can tell.</summary>
    [Id(3)] public DateTimeOffset? EndsAt { get; init; }

    /// <summary>
    /// True: its length is known by its own checkpoints. False: it is taken to be like others, or nobody can tell.
    /// </summary>
    [Id(4)] public required bool IsMeasured { get; init; }

    /// <summary>On what the estimate rests, or why there is none.</summary>
    [Id(5)] public required string Basis { get; init; }
}

/// <summary>A measured speed.</summary>
/// <param name="GpuCount">GPUs in all.</param>
/// <param name="SecondsPerEpoch">Over 0.</param>
[GenerateSerializer, Immutable, Alias("sluice.measured-pace")]
public sealed record MeasuredPace([property: Id(0)] int GpuCount, [property: Id(1)] double SecondsPerEpoch);

/// <summary>A change that the policy is expected to make.</summary>
/// <param name="At">When.</param>
/// <param name="JobName">The job.</param>
/// <param name="GpusBefore">GPUs in all before.</param>
/// <param name="GpusAfter">And from then on; 0: it waits.</param>
/// <param name="Reason">In the policy's words.</param>
[GenerateSerializer, Immutable, Alias("sluice.expected-change")]
public sealed record ExpectedChange(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string JobName,
    [property: Id(2)] int GpusBefore,
    [property: Id(3)] int GpusAfter,
    [property: Id(4)] string Reason);

/// <summary>Asks what would happen if a job came now; nothing of it is done.</summary>
[GenerateSerializer, Immutable, Alias("sluice.what-if")]
public sealed record WhatIf
{
    /// <summary>The longest that may be said, in seconds: some 30 years.</summary>
    public const int MaxSeconds = 1_000_000_000;

    /// <summary>A Pod, Job or PyTorchJob as YAML.</summary>
    [Id(0)] public required string Manifest { get; init; }

    /// <summary>
    /// Seconds that it trains with the least GPUs that it asks for, 1 to 1,000,000,000; null: like the others.
    /// </summary>
    [Id(1)] public int? Seconds { get; init; }
}

/// <summary>How a question was answered.</summary>
[GenerateSerializer, Alias("sluice.what-if-outcome")]
public enum WhatIfOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>The answer tells what would happen.</summary>
    Answered = 1,

    /// <summary>The manifest cannot be taken; <see cref="WhatIfAnswer.Problem"/> says why.</summary>
    Invalid = 2,

    /// <summary>It would be refused: there are as many jobs as the domain takes.</summary>
    Full = 3,

    /// <summary>Too many ask; nothing was computed.</summary>
    Busy = 4,
}

/// <summary>What would happen.</summary>
[GenerateSerializer, Immutable, Alias("sluice.what-if-answer")]
public sealed record WhatIfAnswer
{
    /// <summary>How the question was answered.</summary>
    [Id(0), JsonIgnore] public WhatIfOutcome Outcome { get; init; }

    /// <summary>For people: why it is not answered.</summary>
    [Id(1), JsonIgnore] public string? Problem { get; init; }

    /// <summary>The job that would come; null: nothing was computed.</summary>
    [Id(2)] public JobOutlook? Job { get; init; }

    /// <summary>Its place among those that would wait; null: it would start at once.</summary>
    [Id(3)] public QueuePlace? Queue { get; init; }

    /// <summary>
    /// Jobs that would start or end at another time, or get other GPUs at once; in the order of names.
    /// </summary>
    [Id(4)] public ImmutableArray<ChangedOutlook> Others { get; init; } = [];

    /// <summary>What would be decided, the first 64, in its order.</summary>
    [Id(5)] public ImmutableArray<ExpectedChange> Expected { get; init; } = [];

    /// <summary>True: not everything could be played to its end; what is missing has no time.</summary>
    [Id(6)] public bool IsCutShort { get; init; }
}

/// <summary>What a job that is there would have of one that comes.</summary>
/// <param name="Without">Its outlook as things are.</param>
/// <param name="With">If the other one came.</param>
/// <param name="GpusAtOnce">
/// GPUs in all that it would be changed to at once, 0: it would wait; null: not at once.
/// </param>
[GenerateSerializer, Immutable, Alias("sluice.changed-outlook")]
public sealed record ChangedOutlook(
    [property: Id(0)] JobOutlook Without, [property: Id(1)] JobOutlook With, [property: Id(2)] int? GpusAtOnce);
