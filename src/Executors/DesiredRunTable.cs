using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>
/// What is desired of every uid, kept by following the changes of job rows. No I/O; used by one loop alone.
/// </summary>
internal sealed class DesiredRunTable
{
    private readonly Dictionary<string, JobRuns> _byJob = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DesiredRun> _byUid = new(StringComparer.Ordinal);

    /// <summary>Where the next read of changes begins; null: all must be read first.</summary>
    public long? Position { get; private set; }

    public IReadOnlyDictionary<string, DesiredRun> ByUid => _byUid;

    /// <summary>Everything is as read; what is not in it is desired by nobody.</summary>
    public void Replace(DesiredRuns all)
    {
        _byJob.Clear();
        _byUid.Clear();
        Apply(all);
    }

    /// <summary>The jobs of the read are as read; the others stay.</summary>
    public void Apply(DesiredRuns changes)
    {
        foreach (var job in changes.Jobs)
        {
            if (_byJob.Remove(job.JobKey, out var before))
            {
                foreach (var run in before.Runs)
                {
                    _byUid.Remove(run.Uid);
                }
            }

            if (job.Runs.IsDefaultOrEmpty)
            {
                continue;
            }

            _byJob[job.JobKey] = job;
            foreach (var run in job.Runs)
            {
                _byUid[run.Uid] = run;
            }
        }

        Position = changes.Position;
    }

    /// <summary>The follower fell behind: what is known stays in force until all was read anew.</summary>
    public void BeginAnew() => Position = null;
}
