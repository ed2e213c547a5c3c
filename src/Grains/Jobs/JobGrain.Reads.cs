using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Jobs;

public sealed partial class JobGrain
{
    public async Task<JobRecord?> GetAsync() => (await CurrentAsync()).Record;

    /// <summary>Why a job waits may change without a decision: the ledger's own words are the newest.</summary>
    public async Task<JobDescription?> DescribeAsync()
    {
        var state = await CurrentAsync();
        var allocation = state.Managed is { End: JobEnd.None } managed ? await NudgeAsync(managed.Uid) : null;
        var description = JobDescriptions.Of(state);
        return description is not null && allocation is not null && !state.Managed!.IsBackingOff
            ? description with { Reason = allocation.Reason }
            : description;
    }

    public async Task<JobExplanation?> ExplainAsync()
    {
        var state = await CurrentAsync();
        if (JobDescriptions.Of(state) is not { } description)
        {
            return null;
        }

        if (state.Managed is not { } managed)
        {
            return new() { Job = description };
        }

        var allocation = managed.End == JobEnd.None ? await Capacity.ExplainAsync(managed.Uid) : null;
        var events = await Capacity.ReadEventsAsync(new() { Job = JobName, Limit = JobExplanation.MaxEvents });
        return new()
        {
            Job = allocation is not null && !managed.IsBackingOff
                ? description with { Reason = allocation.Decided.Reason }
                : description,
            Allocation = allocation,
            Events = [.. events.Events.Where(happened => happened.Uid == managed.Uid)],
        };
    }

    /// <summary>
    /// The job as it is: in memory, or, where another process may have changed it since, as the store has it. What is
    /// written is guarded by its etag in any case; this is for what is answered without a write.
    /// </summary>
    private async ValueTask<JobState> CurrentAsync()
    {
        if (!lease.IsHeld)
        {
            await row.ReadStateAsync();
        }

        return row.State;
    }
}
