using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>Adds jobs that are not there yet, each a candidate for more GPUs.</summary>
internal sealed class AddJobs(byte series, long first, long count) : IWork
{
    private const long ArrivalSeconds = 1_790_000_000;

    private long _taken;

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        var taken = Interlocked.Increment(ref _taken) - 1;
        asked = new Asked(first + taken);
        if (taken >= count) return false;
        request.Line.Add("POST /add_job"u8);
        WriteBody(request.Body, series, asked.Number);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer) =>
        answer.Status == 201
        && answer.Start.IndexOf("Job added successfully"u8) >= 0
        && JobName.IsIn(answer.Start, series, asked.Number);

    private static void WriteBody(Utf8Text body, byte series, long number) => body
        .Add("{\"job_name\":\""u8).AddJobName(series, number)
        .Add("\",\"gpu_req\":1,\"gpu_lim\":4,\"gpu_assigned\":2,\"replicas\":1,\"total_epochs\":100,\"job_arrival_time\":"u8)
        .Add(ArrivalSeconds + number).Add("}"u8);
}
