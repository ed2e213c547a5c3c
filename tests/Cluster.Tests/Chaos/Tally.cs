using System.Collections.Concurrent;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>What clients saw: answers, errors by kind, and promises that were broken.</summary>
internal sealed class Tally
{
    /// <summary>An answer that takes longer has met a fault.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly ConcurrentQueue<(string Request, long Started, long Ended)> _hindered = new();
    private readonly ConcurrentQueue<string> _broken = new();
    private long _answers;

    public long Answers => Interlocked.Read(ref _answers);

    public IReadOnlyCollection<string> Broken => _broken;

    public IReadOnlyDictionary<string, int> Errors => _errors;

    /// <summary>Requests that failed or were slow, the slowest first.</summary>
    public IEnumerable<(string Request, TimeSpan Lasted)> Hindered =>
        _hindered.Select(one => (one.Request, TimeProvider.System.GetElapsedTime(one.Started, one.Ended)))
            .OrderByDescending(one => one.Item2);

    public void Answered(string request, long started)
    {
        Interlocked.Increment(ref _answers);
        if (TimeProvider.System.GetElapsedTime(started) > Slow)
        {
            Hinder(request, started);
        }
    }

    public void Failed(string kind, string request, long started)
    {
        _errors.AddOrUpdate(kind, 1, (_, count) => count + 1);
        Hinder(request, started);
    }

    /// <summary>A promise was broken.</summary>
    public void Break(string what) => _broken.Enqueue(what);

    /// <summary>
    /// From a fault to the end of the last request that failed or was slow and began within the window after it.
    /// </summary>
    public TimeSpan Recovery(long fault, TimeSpan window)
    {
        var last = _hindered
            .Where(one => one.Ended > fault && TimeProvider.System.GetElapsedTime(fault, one.Started) < window)
            .Select(one => one.Ended).DefaultIfEmpty(fault).Max();
        return TimeProvider.System.GetElapsedTime(fault, last);
    }

    private void Hinder(string request, long started) =>
        _hindered.Enqueue((request, started, TimeProvider.System.GetTimestamp()));
}
