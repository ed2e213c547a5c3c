namespace Sluice.EmbeddedHost.Calls;

/// <summary>
/// Which calls of one activation may run beside which. Read-only calls overtake waiting ones while others of their kind
/// run, as on Orleans: a read that comes back to the grain through another one must not wait behind a write that waits
/// for that very read.
/// </summary>
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

    /// <summary>Counts the call as running, if it may run now.</summary>
    public bool TryStart(CallKind kind)
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
            : _readOnly.First is not null && (_runningReadOnly > 0 || IsReadOnlyFirst()) ? CallKind.ReadOnly
            : CallKind.Exclusive;
        return LineOf(ref this, kind).First is not null && TryStart(kind) ? TakeFrom(kind) : null;
    }

    /// <summary>A waiting call, whether it may run or not; null: none is left.</summary>
    public GrainCall? TakeWaiting() =>
        TakeFrom(CallKind.Interleaving) ?? TakeFrom(IsReadOnlyFirst() ? CallKind.ReadOnly : CallKind.Exclusive);

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
