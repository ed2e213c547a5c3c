using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Grains.Jobs;

/// <summary>
/// One job: a shell that loads its row, asks a pure transition, stores the outcome and only then answers. Commands of
/// managed jobs that the ledger must know of go on to the capacity grain, which reads the committed row.
/// </summary>
[GrainType("job")]
public sealed partial class JobGrain(
    [PersistentState("job", StorageNames.Jobs)] IPersistentState<JobState> row,
    IOptions<JobOptions> options,
    IUidSource uids,
    IEnumerable<IManifestCheck> manifestChecks,
    JobInstruments instruments,
    IReadLease lease,
    TimeProvider time,
    ILogger<JobGrain> logger) : Grain, IJobGrain
{
    private string Key => this.GetPrimaryKeyString();

    private string JobName => GrainKeys.ParseJob(Key).JobName;

    private IClusterCapacityGrain Capacity =>
        GrainFactory.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.ParseJob(Key).Domain));

    public Task<JobAnswer> AddAsync(AddJob command) =>
        CommitAsync(state => JobTransitions.Add(state, JobName, command, time.GetUtcNow()));

    public async Task<JobAnswer> UpdateCheckpointAsync(UpdateCheckpoint command)
    {
        var isRepeat = JobTransitions.IsRepeated(await CurrentAsync(), command);
        var answer = await CommitAsync(state => JobTransitions.UpdateCheckpoint(state, command, time.GetUtcNow()));
        var notified = row.State;
        if (answer.Outcome != JobOutcome.Done || notified.Managed is not { End: JobEnd.None })
        {
            return answer;
        }

        // What waited for this checkpoint is decided now, and the trainer is told in the answer; told again where it
        // asks again, as then it never got the answer.
        await SettleAsync();
        return answer with
        {
            Job = row.State.Record,
            Resize = ManagedTransitions.ResizeSince(notified, row.State)
                ?? (isRepeat ? ManagedTransitions.ResizeUnderWay(row.State) : null),
        };
    }

    public async Task<JobAnswer> UpdateStatusAsync(UpdateStatus command)
    {
        var answer = await CommitAsync(state => JobTransitions.UpdateStatus(state, command, time.GetUtcNow()));
        if (row.State.Managed is not null)
        {
            await NudgeAsync();
        }

        return answer;
    }

    public async Task<JobAnswer> UpdateAsync(UpdateJob command)
    {
        var answer = await CommitAsync(state => JobTransitions.Update(state, command, time.GetUtcNow()));
        if (answer.Outcome != JobOutcome.Done || row.State.Managed is not { End: JobEnd.None } managed)
        {
            if (row.State.Managed is not null)
            {
                await NudgeAsync();
            }

            return answer;
        }

        if (command.GpuAssigned is { } wish)
        {
            await Capacity.ResizeAsync(
                new() { Uid = managed.Uid, GpuCount = (int)Math.Clamp(wish, 0, JobRules.MaxCount) });
        }

        await SettleAsync();
        return answer with { Job = row.State.Record };
    }

    public Task<JobAnswer> IncrementRestartsAsync(IncrementRestarts command) =>
        CommitAsync(state => JobTransitions.IncrementRestarts(state, command, time.GetUtcNow()));

    public async Task<JobAnswer> DeleteAsync(string? operationId = null)
    {
        var isManaged = (await CurrentAsync()).Managed is not null;
        var answer = await CommitAsync(state => JobTransitions.Delete(state, operationId));
        if (isManaged && answer.Outcome == JobOutcome.Done)
        {
            LogDeleted(logger, Key);
            await NudgeAsync();
        }

        return answer;
    }

    public async Task<DeployAnswer> DeployAsync(DeployJob command)
    {
        var (manifest, problem) = ManifestReader.Read(command.Manifest);
        problem ??= manifestChecks.Select(check => check.FindProblem(command.Manifest))
            .FirstOrDefault(found => found is not null);
        if (problem is not null)
        {
            return new() { Outcome = DeployOutcome.Invalid, Problem = problem };
        }

        var jobs = (await CurrentAsync()).Record is null ? await CountJobsAsync() : null;
        var decision = DeployTransitions.Deploy(
            row.State, JobName, manifest!, command, uids.Next(), options.Value, time.GetUtcNow(), jobs);
        if (decision.IsChanged)
        {
            await SaveAsync(decision.Next);
            instruments.Deployed(manifest!.Kind);
            LogDeployed(logger, Key, row.State.Managed!.Uid, manifest.GpuReq, manifest.GpuLim, manifest.Replicas);
        }

        if (decision.Problem is null)
        {
            await SettleAsync();
        }

        return new()
        {
            Outcome = decision.Outcome,
            Job = row.State.Record,
            Reason = decision.Problem is null ? row.State.Managed?.Applied?.Reason : null,
            Problem = decision.Problem,
        };
    }

    public async Task<ScaleAnswer> ScaleAsync()
    {
        if (ManagedTransitions.RefuseScaling(await CurrentAsync(), JobName) is { } refusal)
        {
            return refusal;
        }

        var answer = await Capacity.ResizeAsync(new() { Uid = row.State.Managed!.Uid });
        await SettleAsync();
        return answer;
    }

    public async Task ApplyAllocationAsync(Allocation allocation)
    {
        await CurrentAsync();
        await TakeOverAsync(allocation);
    }

    public async Task ReportRunAsync(RunReport report)
    {
        var before = await CurrentAsync();
        var next = ManagedTransitions.Report(before, report, options.Value, time.GetUtcNow());
        if (next != before)
        {
            await SaveAsync(next);
            instruments.Reported(report.Phase);
            LogReported(logger, Key, report.Uid, report.Generation, report.Attempt, report.Phase, report.ExitCode);
        }

        if (next.Managed?.LastLoss is { } loss && loss != before.Managed?.LastLoss)
        {
            instruments.TrainingLost(loss);
            LogTrainingLost(logger, Key, report.Uid, report.Attempt, loss.Seconds, loss.Cause);
        }

        // Also where nothing is new: the call that told the ledger of it may have been lost.
        await NudgeAsync();
    }

    /// <summary>Lets the ledger look at the row that was just committed, and takes over what it decides.</summary>
    private async Task SettleAsync()
    {
        if (row.State.Managed is { End: JobEnd.None } managed && await NudgeAsync(managed.Uid) is { } allocation)
        {
            await TakeOverAsync(allocation);
        }
    }

    /// <summary>
    /// A hint: what was committed stands, and the ledger finds it within a second anyway. So a ledger that does not
    /// answer must not turn a write that succeeded into an error.
    /// </summary>
    private async Task<Allocation?> NudgeAsync(string? uid = null)
    {
        try
        {
            return await Capacity.SettleAsync(uid);
        }
        catch (Exception failure)
        {
            LogNotSettled(logger, failure, Key);
            return null;
        }
    }

    /// <summary>A limit is no reason to refuse a job because the ledger does not answer; then null.</summary>
    private async Task<ManagedJobCount?> CountJobsAsync()
    {
        try
        {
            return await Capacity.CountJobsAsync();
        }
        catch (Exception failure)
        {
            LogNotCounted(logger, failure, Key);
            return null;
        }
    }

    private async Task TakeOverAsync(Allocation allocation)
    {
        var before = row.State.Managed?.Generation;
        var next = ManagedTransitions.ApplyAllocation(row.State, allocation);
        if (next == row.State)
        {
            return;
        }

        await SaveAsync(next);
        if (next.Managed!.Generation != before)
        {
            LogAllocated(logger, Key, allocation.Uid, allocation.Generation, allocation.GpuCount, allocation.Reason);
        }
    }

    private async Task<JobAnswer> CommitAsync(Func<JobState, JobDecision> decide)
    {
        var decision = decide(await CurrentAsync());
        if (decision.IsChanged)
        {
            await SaveAsync(decision.Next);
        }

        return decision.Answer;
    }

    // After a failed write nobody knows what is stored. Memory goes back to the last known value and the activation
    // goes away, so that the next call reads the truth.
    private async Task SaveAsync(JobState next)
    {
        var previous = row.State;
        var events = JobEvents.Between(previous, next, Key, time.GetUtcNow());
        row.State = events.IsEmpty ? next : next with { NewEvents = events };
        try
        {
            await row.WriteStateAsync();
            row.State = next;
        }
        catch
        {
            row.State = previous;
            DeactivateOnIdle();
            throw;
        }
    }
}
