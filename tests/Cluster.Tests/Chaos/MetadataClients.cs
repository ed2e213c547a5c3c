using System.Text.Json.Nodes;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>
/// Clients of the job metadata service: each writes to jobs of its own, and reads those of all. What was answered is
/// never read older, and is there at the end.
/// </summary>
internal sealed class MetadataClients(IReadOnlyList<Uri> gateways, Tally tally, int count)
{
    private const int JobsEach = 4;
    private const long FirstTime = 2_000_000_000;

    /// <summary>By job: epochs that were answered, restarts that were answered.</summary>
    private readonly long[] _epochs = new long[count * JobsEach];
    private readonly long[] _restarts = new long[count * JobsEach];

    /// <summary>Epochs that were sent, answered or not.</summary>
    private readonly long[] _sent = new long[count * JobsEach];

    /// <summary>Checkpoints and restarts that were answered.</summary>
    public long Writes => _epochs.Sum() + _restarts.Sum();

    public async Task AddJobsAsync()
    {
        using var api = new ApiClient(gateways, tally, seed: 0);
        for (var job = 0; job < _epochs.Length; job++)
        {
            var (status, _) = await api.SendAsync(HttpMethod.Post, "/add_job", new
            {
                job_name = Name(job),
                gpu_req = 1,
                gpu_lim = 4,
                gpu_assigned = 1,
            });
            Assert.Equal(HttpStatusCode.Created, status);
        }
    }

    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(client => Task.Run(() => RunAsync(client, stop), stop)));

    /// <summary>Reads every job once more.</summary>
    public async Task CheckAsync()
    {
        using var api = new ApiClient(gateways, tally, seed: 0);
        for (var job = 0; job < _epochs.Length; job++)
        {
            var (_, body) = await api.SendAsync(HttpMethod.Get, $"/get_job/{Name(job)}");
            Check(job, body!, _epochs[job], "at the end");
            if ((long)body!["restarts"]! != _restarts[job])
            {
                tally.Break($"{Name(job)} has {body["restarts"]} restarts, and {_restarts[job]} were counted");
            }
        }
    }

    private static string Name(int job) => $"metadata-{job}";

    private async Task RunAsync(int client, CancellationToken stop)
    {
        using var api = new ApiClient(gateways, tally, seed: client + 1);
        var random = new Random(client);
        while (!stop.IsCancellationRequested)
        {
            var own = (client * JobsEach) + random.Next(JobsEach);
            var action = random.Next(20);
            if (action < 8)
            {
                await NotifyAsync(api, own);
            }
            else if (action < 10)
            {
                await RestartAsync(api, own);
            }
            else if (action < 19)
            {
                await ReadAsync(api, random.Next(4) == 0 ? own : random.Next(_epochs.Length));
            }
            else
            {
                await RankAsync(api);
            }
        }
    }

    private async Task NotifyAsync(ApiClient api, int job)
    {
        var epochs = ++_sent[job];
        var (status, _) = await api.SendAsync(HttpMethod.Put, "/update_last_checkpoint", new
        {
            job_name = Name(job),
            last_checkpoint_time = FirstTime + epochs,
            completed_epochs = epochs,
        });
        if (status != HttpStatusCode.OK)
        {
            tally.Break($"a checkpoint of {Name(job)} was answered with {status}");
        }

        Interlocked.Exchange(ref _epochs[job], epochs);
    }

    /// <summary>With a key of its own, so that all attempts count as one.</summary>
    private async Task RestartAsync(ApiClient api, int job)
    {
        var (status, _) = await api.SendAsync(
            HttpMethod.Put, "/increment_restarts", new { job_name = Name(job) }, $"{job}-{_restarts[job]}");
        if (status != HttpStatusCode.OK)
        {
            tally.Break($"a restart of {Name(job)} was answered with {status}");
        }

        _restarts[job]++;
    }

    private async Task ReadAsync(ApiClient api, int job)
    {
        var answered = Interlocked.Read(ref _epochs[job]);
        if (await api.TryAsync(HttpMethod.Get, $"/get_job/{Name(job)}") is { Body: { } body })
        {
            Check(job, body, answered, "read");
        }
    }

    private async Task RankAsync(ApiClient api)
    {
        var answered = _epochs.ToArray();
        if (await api.TryAsync(HttpMethod.Get, "/get_jobs_by_arrival") is not { Body: JsonArray jobs })
        {
            return;
        }

        foreach (var job in jobs)
        {
            var name = (string)job!["job_name"]!;
            if (name.StartsWith("metadata-", StringComparison.Ordinal))
            {
                var index = int.Parse(name["metadata-".Length..], System.Globalization.CultureInfo.InvariantCulture);
                Check(index, job, answered[index], "listed");
            }
        }
    }

    private void Check(int job, JsonNode body, long answered, string how)
    {
        if (body["completed_epochs"] is not { } found)
        {
            tally.Break($"{Name(job)} is lost, {how}: {body.ToJsonString()}");
        }
        else if ((long)found < answered)
        {
            tally.Break($"{Name(job)} has {found} epochs, {how} after {answered} were answered");
        }
    }
}
