using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.Bench.Load;
using Sluice.Bench.Works;

namespace Sluice.Bench.Servers;

/// <summary>The server under test with state of its own, which goes away with it.</summary>
internal sealed class JobServer : IDisposable
{
    private static readonly string[] Fields =
    [
        "job_name", "gpu_req", "gpu_lim", "gpu_assigned", "replicas", "total_epochs", "job_arrival_time",
        "last_checkpoint_time", "completed_epochs", "time_bw_checkpoints", "status", "restarts",
    ];

    private const int PassingJobsPerBurst = 10_000;
    private static readonly TimeSpan LongestReadyWait = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ReadyPollInterval = TimeSpan.FromMilliseconds(5);

    private readonly ServerPlan _plan;
    private readonly ServerData _data;
    private readonly CheckpointClock _clock = new();
    private RunningServer? _process;
    private ControlClient? _control;
    private LoadGenerator? _load;
    private long _passingJobs;

    /// <param name="plan">What is started.</param>
    /// <param name="place">Where its state is kept.</param>
    public JobServer(ServerPlan plan, DataPlace place)
    {
        _plan = plan;
        _data = new(place);
    }

    /// <summary>Jobs that are kept.</summary>
    public long JobCount { get; private set; }

    public long ResidentBytes => Process.ResidentBytes;

    private RunningServer Process => _process ?? throw new InvalidOperationException("the server was not started");

    private LoadGenerator Load => _load ?? throw new InvalidOperationException("the server was not started");

    /// <summary>Starts the server on what its data folder has.</summary>
    /// <returns>The time from the start of the process until it was ready and had answered with its first list.</returns>
    public async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _process = await _plan.StartAsync(_data, cancellationToken);
        _control = new ControlClient(_process.Address);
        await WaitUntilReadyAsync(_control, started, cancellationToken);
        var list = await GetAsync(BestCandidate.Path, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        RequireRecords(list, Math.Min(1, JobCount));
        _load = LoadGenerator.Connect(_process.Address);
        return elapsed;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _load?.Dispose();
        _control?.Dispose();
        await Process.KillAsync(cancellationToken);
        Process.Dispose();
    }

    /// <summary>Adds jobs until there are so many.</summary>
    public async Task<LoadResult> GrowToAsync(long jobCount, CancellationToken cancellationToken)
    {
        var result = await Load.RunAllAsync(
            new AddJobs(JobName.Kept, JobCount, jobCount - JobCount), cancellationToken);
        JobCount = jobCount;
        return result;
    }

    /// <summary>Work that updates random jobs.</summary>
    public IWork Updates() => new UpdateCheckpoints(new RandomJobs(JobCount), _clock);

    public Task<LoadResult> RunAsync(IWork work, TimeSpan duration, CancellationToken cancellationToken) =>
        Process.MeasureAsync(() => Load.RunAsync(work, duration, cancellationToken));

    /// <summary>
    /// Adds jobs for a time, in bursts after each of which its jobs are deleted, so that the number of jobs stays what it
    /// is said to be. The deletions are not part of the result.
    /// </summary>
    public async Task<LoadResult> AddForAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var burst = Math.Min(JobCount, PassingJobsPerBurst);
        var bursts = new List<LoadResult>();
        for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed += bursts[^1].Elapsed)
        {
            var adds = new AddJobs(JobName.Passing, _passingJobs, burst);
            bursts.Add(await Process.MeasureAsync(() => Load.RunAllAsync(adds, cancellationToken)));
            await Load.RunAllAsync(new DeleteJobs(JobName.Passing, _passingJobs, burst), cancellationToken);
            _passingJobs += burst;
        }

        return LoadResult.Joined(bursts);
    }

    /// <summary>Gets a list, whose form and number of records are checked.</summary>
    public async Task<byte[]> GetListAsync(string path, CancellationToken cancellationToken)
    {
        var list = await GetAsync(path, cancellationToken);
        RequireRecords(list, JobCount);
        return list;
    }

    public void Dispose()
    {
        _load?.Dispose();
        _control?.Dispose();
        _process?.Dispose();
        _data.Dispose();
    }

    private static async Task WaitUntilReadyAsync(
        ControlClient control, long started, CancellationToken cancellationToken)
    {
        while ((await control.GetAsync("/readyz", cancellationToken)).Status is not HttpStatusCode.OK)
        {
            if (Stopwatch.GetElapsedTime(started) > LongestReadyWait)
            {
                throw new BenchFailure($"the server was not ready within {LongestReadyWait.TotalSeconds} s");
            }

            await Task.Delay(ReadyPollInterval, cancellationToken);
        }
    }

    private async Task<byte[]> GetAsync(string path, CancellationToken cancellationToken)
    {
        var control = _control ?? throw new InvalidOperationException("the server was not started");
        var (status, body) = await control.GetAsync(path, cancellationToken);
        return status is HttpStatusCode.OK
            ? body
            : throw new BenchFailure($"{path} was answered {(int)status} {Encoding.UTF8.GetString(body)}");
    }

    private static void RequireRecords(byte[] list, long count)
    {
        using var json = JsonDocument.Parse(list);
        var found = json.RootElement.GetArrayLength();
        if (found != count) throw new BenchFailure($"a list has {found} jobs, and should have {count}");
        foreach (var job in json.RootElement.EnumerateArray())
        {
            if (!Fields.SequenceEqual(job.EnumerateObject().Select(field => field.Name)))
            {
                throw new BenchFailure($"a job has not the documented fields: {job}");
            }
        }
    }
}
