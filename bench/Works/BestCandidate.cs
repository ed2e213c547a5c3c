using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Asks for the job that should grow next.</summary>
internal sealed class BestCandidate : IWork
{
    public const string Path = "/get_jobs_by_checkpoint_limit?limit=1";

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        asked = default;
        request.Line.Add("GET /get_jobs_by_checkpoint_limit?limit=1"u8);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 200
        && answer.Last == (byte)']'
        && answer.Start.StartsWith("["u8)
        && answer.Start.Count("\"job_name\""u8) == 1;
}
