namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>The life of one start of a job's processes or pods.</summary>
[GenerateSerializer, Alias("sluice.run-phase")]
public enum RunPhase
{
    /// <summary>Never reported.</summary>
    None = 0,

    /// <summary>All processes or pods of the attempt run.</summary>
    Running = 1,

    /// <summary>The attempt ended by itself; all its processes are gone.</summary>
    Exited = 2,

    /// <summary>The attempt was ended on Sluice's own demand; all its processes are gone.</summary>
    Stopped = 3,

    /// <summary>The attempt could not be started; nothing of it runs.</summary>
    StartFailed = 4,
}

/// <summary>One observation of an executor. At least once, in any order.</summary>
[GenerateSerializer, Immutable, Alias("sluice.run-report")]
public sealed record RunReport
{
    /// <summary>The job's uid: an observation of a predecessor of the same name is told apart by it.</summary>
    [Id(0)] public required string Uid { get; init; }

    /// <summary>
    /// The allocation's generation that is confirmed: nothing of an older one runs any more. For
    /// <see cref="RunPhase.Running"/> the generation that runs.
    /// </summary>
    [Id(1)] public required long Generation { get; init; }

    /// <summary>From 1; counts every start.</summary>
    [Id(2)] public required int Attempt { get; init; }

    /// <summary>What was seen.</summary>
    [Id(3)] public required RunPhase Phase { get; init; }

    /// <summary>Exit status, 0 to 255; 128 + n for signal n; null where it is not known.</summary>
    [Id(4)] public int? ExitCode { get; init; }

    /// <summary>For people: what went wrong.</summary>
    [Id(5)] public string? Message { get; init; }

    /// <summary>When it happened, by the executor's clock.</summary>
    [Id(6)] public required DateTimeOffset At { get; init; }

    /// <summary>
    /// True: seen in view of the wish that nothing of the job ever runs again. Together with a phase in which all is
    /// gone that holds for ever, so only such a report confirms a job's end, however late it comes.
    /// </summary>
    [Id(7)] public bool IsUnwanted { get; init; }
}
