using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Reports a new checkpoint of a random job: later, and further, than any before.</summary>
internal sealed class UpdateCheckpoints(RandomJobs jobs, CheckpointClock clock) : IWork
{
    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        asked = new Asked(jobs.Draw(connection), clock.Next());
        request.Line.Add("PUT /update_last_checkpoint"u8);
        request.Body.Add("{\"job_name\":\""u8).AddJobName(JobName.Kept, asked.Number)
            .Add("\",\"last_checkpoint_time\":"u8);
        CheckpointClock.WriteTime(request.Body, asked.Mark);
        request.Body.Add(",\"completed_epochs\":"u8).Add(asked.Mark).Add(",\"total_epochs\":100}"u8);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer)
    {
        Span<byte> time = stackalloc byte[CheckpointClock.TimeLength];
        CheckpointClock.WriteTime(time, asked.Mark);
        return answer.Status == 200
            && JobName.IsIn(answer.Start, JobName.Kept, asked.Number)
            && answer.Start.IndexOf(time) >= 0;
    }
}
