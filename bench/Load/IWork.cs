namespace Sluice.Bench.Load;

/// <summary>What a load consists of. Connections ask it concurrently.</summary>
internal interface IWork
{
    /// <summary>Writes a connection's next request.</summary>
    /// <param name="connection">The connection's number, from 0.</param>
    /// <param name="request">Empty; takes the request.</param>
    /// <param name="asked">Comes back with the answer.</param>
    /// <returns>False: this connection has nothing left to ask.</returns>
    bool TryWrite(int connection, RequestWriter request, out Asked asked);

    /// <summary>Whether the answer is the right one.</summary>
    bool IsRight(Asked asked, Answer answer);
}

/// <summary>What a request was about.</summary>
/// <param name="Number">Whatever the work wants to remember, such as the job.</param>
/// <param name="Mark">Another such number.</param>
/// <param name="IsBackground">True: it counts as a request, but its latency is not recorded.</param>
internal readonly record struct Asked(long Number, long Mark = 0, bool IsBackground = false);
