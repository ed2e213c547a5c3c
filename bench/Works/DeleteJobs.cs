using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Deletes jobs that are there.</summary>
internal sealed class DeleteJobs(byte series, long first, long count) : IWork
{
    private long _taken;

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        var taken = Interlocked.Increment(ref _taken) - 1;
        asked = new Asked(first + taken);
        if (taken >= count) return false;
        request.Line.Add("DELETE /delete_job"u8);
        request.Body.Add("{\"job_name\":\""u8).AddJobName(series, asked.Number).Add("\"}"u8);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 200 && answer.Start.IndexOf("Job deleted successfully"u8) >= 0;
}
