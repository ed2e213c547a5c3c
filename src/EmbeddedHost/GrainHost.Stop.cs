using Sluice.EmbeddedHost.Turns;

namespace Sluice.EmbeddedHost;

/// <summary>How the host stops: no new calls, the running ones end, then the activations.</summary>
internal sealed partial class GrainHost
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;
    private volatile bool _isEnding;
    private int _callsInFlight;

    /// <summary>Counts a call that begins. While the host stops only grains may call, to finish what runs.</summary>
    /// <returns>False: it may not begin.</returns>
    public bool TryAdmitCall()
    {
        // Counted before the look at the flag: a stop sees this call, or this call sees the stop.
        Interlocked.Increment(ref _callsInFlight);
        if (!_isStopping || (TaskScheduler.Current is ActivationTurns && !_stopped.IsCancellationRequested))
        {
            return true;
        }

        CallEnded();
        return false;
    }

    public void CallEnded()
    {
        if (Interlocked.Decrement(ref _callsInFlight) == 0 && _isStopping)
        {
            _drained.TrySetResult();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _callsInFlight) == 0)
        {
            _drained.TrySetResult();
        }

        if (!await EndsInTimeAsync(_drained.Task, Options.DrainTimeout, cancellationToken))
        {
            LogDrainTimedOut(Volatile.Read(ref _callsInFlight), Options.DrainTimeout);
        }

        _collector.Dispose();
        EndAll();
        if (!await EndsInTimeAsync(_allEnded.Task, Options.DeactivationTimeout, cancellationToken))
        {
            LogActivationsLeft(ActivationCount);
        }

        await _stopped.CancelAsync();
    }

    private void EndAll()
    {
        _isEnding = true;
        foreach (var grainClass in Classes.All)
        {
            foreach (var (_, activation) in grainClass.Activations.OrderBy(one => one.Key, StringComparer.Ordinal))
            {
                activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "the host stops"));
            }
        }

        if (ActivationCount == 0)
        {
            _allEnded.TrySetResult();
        }
    }

    private async Task<bool> EndsInTimeAsync(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(timeout, Time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
