using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Work of which every so many requests are others, whose latencies are not recorded.</summary>
internal sealed class Mixed(IWork work, IWork background, int every) : IWork
{
    private readonly int[] _turns = new int[LoadGenerator.ConnectionCount];

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        // Each connection starts elsewhere, so that the others' requests do not come in bursts.
        if ((_turns[connection]++ + connection) % every != 0) return work.TryWrite(connection, request, out asked);
        var hasWritten = background.TryWrite(connection, request, out asked);
        asked = asked with { IsBackground = true };
        return hasWritten;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        asked.IsBackground ? background.IsRight(asked, answer) : work.IsRight(asked, answer);
}
