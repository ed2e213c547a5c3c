using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Reads a random job.</summary>
internal sealed class GetJobs(RandomJobs jobs) : IWork
{
    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        asked = new Asked(jobs.Draw(connection));
        request.Line.Add("GET /get_job/"u8).AddJobName(JobName.Kept, asked.Number);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 200
        && answer.Last == (byte)'}'
        && JobName.IsIn(answer.Start, JobName.Kept, asked.Number);
}
