namespace Sluice.EmbeddedHost.Calls;

/// <summary>
/// Waiting calls of one kind, first come first served; linked through the calls, so that it costs nothing empty.
/// </summary>
internal struct CallLine
{
    private GrainCall? _last;

    public GrainCall? First { get; private set; }

    public void Add(GrainCall call)
    {
        if (_last is null)
        {
            First = call;
        }
        else
        {
            _last.Next = call;
        }

        _last = call;
    }

    public GrainCall? Take()
    {
        var call = First;
        if (call is not null)
        {
            First = call.Next;
            call.Next = null;
            if (First is null)
            {
                _last = null;
            }
        }

        return call;
    }
}
