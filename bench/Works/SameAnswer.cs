using System.Text;
using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Gets one path, whose answer was looked at before and must be as long, with the same start and end.</summary>
internal sealed class SameAnswer(string path, byte[] expected) : IWork
{
    private readonly byte[] _line = Encoding.ASCII.GetBytes($"GET {path}");

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        asked = default;
        request.Line.Add(_line);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 200
        && answer.Length == expected.Length
        && answer.Last == expected[^1]
        && expected.AsSpan().StartsWith(answer.Start);
}
