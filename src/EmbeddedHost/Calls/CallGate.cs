namespace Sluice.EmbeddedHost.Calls;

/// <summary>
/// Which calls of one activation may run beside which. Read-only calls run beside one another, and in the order of
/// arrival with exclusive ones: one that comes while an exclusive call waits is queued behind it, so that reads that
/// overlap keep no write waiting for ever. On Orleans such a read overtakes the write that waits.
/// </summary>
/// <remarks>
/// So a read must not wait for a read-only call that comes back to its own grain through another one: a write between
/// the two would wait for the first, and the second for the write. An interleaving call may come back.
/// </remarks>
internal struct CallGate
{
    private CallLine _exclusive;
    private CallLine _readOnly;
    private CallLine _interleaving;
    private long _arrivals;
    private int _runningReadOnly;
    private int _runningInterleaving;
    private bool _isExclusiveRunning;
    private int _waiting;

    public readonly bool IsRunning => _isExclusiveRunning || _runningReadOnly > 0 || _runningInterleaving > 0;

    public readonly bool IsIdle => !IsRunning && _waiting == 0;

    /// <summary>Calls that wait or run.</summary>
    public readonly int Count => _waiting + _runningReadOnly + _runningInterleaving + (_isExclusiveRunning ? 1 : 0);

    /// <summary>Counts a call that has just come as running, if it may run now and overtakes nobody.</summary>
    public bool TryStart(CallKind kind) =>
        (kind != CallKind.ReadOnly || _exclusive.First is null) && TryRun(kind);

    public void Wait(GrainCall call)
    {
        call.Arrival = _arrivals++;
        _waiting++;
        LineOf(ref this, call.Kind).Add(call);
    }

    public void End(CallKind kind)
    {
        switch (kind)
        {
            case CallKind.Interleaving:
                _runningInterleaving--;
                break;
            case CallKind.ReadOnly:
                _runningReadOnly--;
                break;
            default:
                _isExclusiveRunning = false;
                break;
        }
    }

    /// <summary>The next waiting call that may run now, counted as running; null: none.</summary>
    public GrainCall? StartNext()
    {
        var kind =
            _interleaving.First is not null ? CallKind.Interleaving
            : IsReadOnlyFirst() ? CallKind.ReadOnly
            : CallKind.Exclusive;
        return LineOf(ref this, kind).First is not null && TryRun(kind) ? TakeFrom(kind) : null;
    }

    /// <summary>A waiting call, whether it may run or not; null: none is left.</summary>
    public GrainCall? TakeWaiting() =>
        TakeFrom(CallKind.Interleaving) ?? TakeFrom(IsReadOnlyFirst() ? CallKind.ReadOnly : CallKind.Exclusive);

    private bool TryRun(CallKind kind)
    {
        switch (kind)
        {
            case CallKind.Interleaving:
                _runningInterleaving++;
                return true;
            case CallKind.ReadOnly when !_isExclusiveRunning:
                _runningReadOnly++;
                return true;
            case CallKind.Exclusive when !_isExclusiveRunning && _runningReadOnly == 0:
                _isExclusiveRunning = true;
                return true;
            default:
                return false;
        }
    }

    private readonly bool IsReadOnlyFirst() =>
        _readOnly.First is { } reader && (_exclusive.First is not { } writer || reader.Arrival < writer.Arrival);

    private GrainCall? TakeFrom(CallKind kind)
    {
        var call = LineOf(ref this, kind).Take();
        if (call is not null)
        {
            _waiting--;
        }

        return call;
    }

    private static ref CallLine LineOf(ref CallGate gate, CallKind kind)
    {
        switch (kind)
        {
            case CallKind.Interleaving:
                return ref gate._interleaving;
            case CallKind.ReadOnly:
                return ref gate._readOnly;
            default:
                return ref gate._exclusive;
        }
    }
}
