using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Has job records echoed, each the size of those that the server answers with.</summary>
internal sealed class EchoJobs : IWork
{
    private long _last;

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        asked = new Asked(Interlocked.Increment(ref _last) % 100_000_000);
        request.Line.Add("POST /echo"u8);
        request.Body.Add("{\"job_name\":\""u8).AddJobName(JobName.Kept, asked.Number).Add(
            "\",\"gpu_req\":1,\"gpu_lim\":4,\"gpu_assigned\":2,\"replicas\":1,\"total_epochs\":100,\"job_arrival_time\":"u8);
        request.Body.Add(1_790_000_000 + asked.Number).Add(",\"last_checkpoint_time\":"u8);
        CheckpointClock.WriteTime(request.Body, asked.Number);
        request.Body.Add(
            ",\"completed_epochs\":53,\"time_bw_checkpoints\":12.5,\"status\":\"scheduled\",\"restarts\":0}"u8);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 200
        && answer.Last == (byte)'}'
        && JobName.IsIn(answer.Start, JobName.Kept, asked.Number);
}
