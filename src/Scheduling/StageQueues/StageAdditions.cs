namespace Sluice.Scheduling.StageQueues;

/// <summary>Adds jobs to a list.</summary>
public static class StageAdditions
{
    /// <summary>Adds those whose id is new, all of them or none; others are left alone.</summary>
    /// <returns>How many were new; or which limit does not let them in.</returns>
    public static (int Added, string? Problem) Add(StageQueueDraft draft, IReadOnlyCollection<NewJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var added = jobs.Where(job => draft.Find(job.Id) is null).ToList();
        if (draft.JobCount + added.Count > draft.Limits.MaxJobs)
        {
            return (0, $"a list holds at most {draft.Limits.MaxJobs} jobs; it has {draft.JobCount}");
        }

        if (draft.CommandBytes + added.Sum(job => (long)job.Command.Length) > draft.Limits.MaxCommandBytes)
        {
            return (0, $"the commands of a list are at most {draft.Limits.MaxCommandBytes} bytes");
        }

        if (added.Count > 0)
        {
            draft.AddNew([.. added.Select(job => new ListedJob
            {
                Id = job.Id, Stage = job.Stage, Command = job.Command, Since = draft.Now,
            })]);
        }

        return (added.Count, null);
    }
}

/// <summary>A job to add.</summary>
public readonly record struct NewJob(long Id, int Stage, ReadOnlyMemory<byte> Command);
