using System.Collections.Concurrent;
using System.Globalization;

namespace Sluice.BlackBox.Tests.Crashes;

/// <summary>
/// Writers that add jobs and notify checkpoints as fast as they are answered, and remember what was acknowledged. Each
/// job has one writer, whose epochs only grow: what is stored must be at least what was acknowledged last.
/// </summary>
internal sealed class WriteLoad(int writers = 16)
{
    private const int UpdatesPerJob = 20;

    /// <summary>By job, the epochs acknowledged last; 0 for one that was only added.</summary>
    private readonly ConcurrentDictionary<string, int> _acknowledged = new(StringComparer.Ordinal);

    private int _round;
    private int _updates;
    private int _writesOfRound;

    public int AcknowledgedAdds => _acknowledged.Count;

    public int AcknowledgedUpdates => _updates;

    public int Lost { get; private set; }

    /// <summary>
    /// Writes until the server no longer answers. It is killed by the writer that was acknowledged last of so many, while
    /// the writes of the others are anywhere between their sockets and the disk.
    /// </summary>
    public async Task WriteUntilAsync(ApiClient api, int writes, Action kill)
    {
        _round++;
        _writesOfRound = 0;
        void Acknowledge()
        {
            if (Interlocked.Increment(ref _writesOfRound) == writes)
            {
                kill();
            }
        }

        var writing = Enumerable.Range(0, writers)
            .Select(writer => Task.Run(() => WriteAsync(api, _round, writer, Acknowledge))).ToList();
        if (writes == 0)
        {
            kill();
        }

        await Task.WhenAll(writing);
    }

    /// <summary>Compares everything that was acknowledged with what the server has now.</summary>
    public async Task AssertNothingLostAsync(ApiClient api)
    {
        var stored = (await api.GetAsync("/get_all_jobs")).Must(HttpStatusCode.OK).Json.AsArray()
            .ToDictionary(
                job => (string)job!["job_name"]!, job => (double)job!["completed_epochs"]!, StringComparer.Ordinal);
        var lost = _acknowledged
            .Where(job => !(stored.TryGetValue(job.Key, out var epochs) && epochs >= job.Value))
            .Select(job => string.Create(
                CultureInfo.InvariantCulture,
                $"{job.Key}: {job.Value} acknowledged, {stored.GetValueOrDefault(job.Key, -1)} stored"))
            .ToList();
        Lost += lost.Count;
        Assert.Empty(lost);
    }

    private async Task WriteAsync(ApiClient api, int round, int writer, Action acknowledge)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"job-{round}-{writer}-{number}");
                await api.AddJobAsync(name, """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":2""");
                _acknowledged[name] = 0;
                acknowledge();
                for (var epochs = 1; epochs <= UpdatesPerJob; epochs++)
                {
                    await api.NotifyAsync(name, at: 3e9 + epochs, epochs);
                    _acknowledged[name] = epochs;
                    Interlocked.Increment(ref _updates);
                    acknowledge();
                }
            }
        }
        catch (HttpRequestException)
        {
            // Killed in the middle of a write: nobody was told that it was done.
        }
    }
}
