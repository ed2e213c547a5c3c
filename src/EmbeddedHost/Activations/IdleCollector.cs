namespace Sluice.EmbeddedHost.Activations;

/// <summary>
/// Ends activations that are idle for long, and the longest idle ones when there are too many. It looks at all of them
/// in one pass, so that an activation needs neither a timer nor a place in a list.
/// </summary>
internal sealed class IdleCollector : IThreadPoolWorkItem, IDisposable
{
    private readonly GrainHost _host;
    private readonly ITimer _timer;
    private int _trimAbove;
    private int _isTrimming;

    public IdleCollector(GrainHost host)
    {
        _host = host;
        _trimAbove = host.Options.MaxActivations;
        var interval = host.Options.CollectionInterval;
        _timer = host.Time.CreateTimer(static self => ((IdleCollector)self!).EndIdle(), this, interval, interval);
    }

    /// <summary>Has the longest idle ones ended if there are too many now.</summary>
    public void ActivationAdded(int count)
    {
        if (count > Volatile.Read(ref _trimAbove) && Interlocked.Exchange(ref _isTrimming, 1) == 0)
        {
            _host.Turns.Schedule(this, isContinued: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Trim();
        Volatile.Write(ref _isTrimming, 0);
    }

    public void Dispose() => _timer.Dispose();

    private void EndIdle()
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ActivationIdle, "it was idle for long");
        var idle = Candidates()
            .Where(activation => _host.Time.GetElapsedTime(activation.LastUsedAt) >= _host.Options.CollectionAge)
            .OrderBy(activation => activation.Key, StringComparer.Ordinal);
        foreach (var activation in idle)
        {
            activation.TryEndIfIdle(reason);
        }

        Volatile.Write(ref _trimAbove, _host.Options.MaxActivations);
    }

    private void Trim()
    {
        var limit = _host.Options.MaxActivations;
        var count = _host.ActivationCount;

        // A twentieth below the limit, so that one pass over all makes place for many.
        var tooMany = count - (limit - (limit / 20));
        if (count > limit)
        {
            var reason = new DeactivationReason(
                DeactivationReasonCode.ActivationIdle, "there were too many activations");
            var longestIdle = Candidates()
                .Where(activation => activation.IsIdle())
                .Select(activation => (activation.LastUsedAt, Activation: activation))
                .OrderBy(idle => idle.LastUsedAt)
                .ThenBy(idle => idle.Activation.Key, StringComparer.Ordinal)
                .Take(tooMany)
                .Count(idle => idle.Activation.TryEndIfIdle(reason));
            _host.LogTrimmed(longestIdle, count, limit);
        }

        // Where the others are all busy, every further one would set off another pass in vain.
        Volatile.Write(ref _trimAbove, Math.Max(limit, _host.ActivationCount + (limit / 100)));
    }

    private IEnumerable<Activation> Candidates() =>
        _host.Classes.All
            .Where(grainClass => !grainClass.IsKeptAlive)
            .SelectMany(grainClass => grainClass.Activations.Select(pair => pair.Value));
}
