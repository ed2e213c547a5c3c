using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Ports;

/// <summary>What a job's processes or pods should be, as its grain has committed it.</summary>
public sealed record DesiredRun
{
    /// <summary>Key of the job's grain, to which reports go.</summary>
    public required string JobKey { get; init; }

    /// <summary>The job's name.</summary>
    public required string JobName { get; init; }

    /// <summary>The job's uid; at most one run of a uid may exist.</summary>
    public required string Uid { get; init; }

    /// <summary>Generation of the allocation: a fencing number, older ones are ignored.</summary>
    public required long Generation { get; init; }

    /// <summary>The attempt that should run, from 1; each attempt is started at most once.</summary>
    public required int Attempt { get; init; }

    /// <summary>False: nothing of the job may run, or go on running.</summary>
    public required bool ShouldRun { get; init; }

    /// <summary>
    /// True: the job has ended or was deleted, so that nothing of it will ever run again. False with
    /// <see cref="ShouldRun"/> false: it waits.
    /// </summary>
    public bool IsEnding { get; init; }

    /// <summary>Not to be started earlier (back-off after a failure); null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>GPUs a replica.</summary>
    public required int GpuCount { get; init; }

    /// <summary>One block a replica, in the order of ranks.</summary>
    public required ImmutableArray<GpuBlock> Blocks { get; init; }

    /// <summary>The manifest as deployed; empty for what only has to be ended.</summary>
    public required string Manifest { get; init; }
}

/// <summary>What exists of one uid: its last attempt.</summary>
public sealed record ObservedRun
{
    /// <summary>The job's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The generation under which the attempt was started.</summary>
    public required long Generation { get; init; }

    /// <summary>The last attempt that was started.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// What it is doing. <see cref="RunPhase.None"/>: it is being started or stopped, or nobody knows.
    /// </summary>
    public required RunPhase Phase { get; init; }

    /// <summary>
    /// True: what is kept of the uid is damaged, so nobody can say what it does; <see cref="Message"/> says why.
    /// Nothing of it may be started. <see cref="IExecutor.StopAsync"/> ends it all the same, for a job that is not
    /// wanted any more.
    /// </summary>
    public bool IsUnknown { get; init; }

    /// <summary>As <see cref="RunReport.ExitCode"/>.</summary>
    public int? ExitCode { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }

    /// <summary>When the phase began, by the executor's clock.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>
/// Makes jobs run. All calls are idempotent by uid and generation, and may be repeated after a crash of the caller.
/// What runs outlives this process; a new one finds it by <see cref="ObserveAsync"/>.
/// </summary>
public interface IExecutor
{
    /// <summary>Such as <c>local</c>.</summary>
    string Name { get; }

    /// <summary>The nodes it may use, as they are now.</summary>
    Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Everything that exists, and the last end of every uid that was not forgotten; never less than what was answered
    /// before the call, whatever caches there are (ADR 5).
    /// </summary>
    Task<ImmutableArray<ObservedRun>> ObserveAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Starts the attempt. Does nothing where that attempt, a later one or a newer generation was started before.
    /// Nothing of the uid may be running. A failure to start is observed as <see cref="RunPhase.StartFailed"/>.
    /// </summary>
    Task StartAsync(DesiredRun desired, CancellationToken cancellationToken);

    /// <summary>
    /// Ends whatever runs of the uid: asks (TERM), and after the grace period makes it (KILL). Returns once nothing is
    /// left; the end is then observed as <see cref="RunPhase.Stopped"/>.
    /// </summary>
    Task StopAsync(string uid, CancellationToken cancellationToken);

    /// <summary>
    /// Drops what is kept of a uid whose end was reported and confirmed; logs stay until they are old.
    /// </summary>
    Task ForgetAsync(string uid, CancellationToken cancellationToken);

    /// <summary>Completes when something may have changed; at the latest after <paramref name="timeout"/>.</summary>
    Task WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
