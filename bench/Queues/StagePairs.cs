using System.Buffers.Text;
using Sluice.Bench.Load;

namespace Sluice.Bench.Queues;

/// <summary>
/// Workers that take a job and put it two stages on, again and again. When a stage is empty they go on with the one
/// that they have filled, so that a list never ends. Each connection is a worker of one of the lists. Latencies are
/// those of taking a job.
/// </summary>
internal sealed class StagePairs : IWork
{
    private const int StepOfPair = 2;

    private readonly Worker[] _workers = new Worker[LoadGenerator.ConnectionCount];

    public StagePairs(long firstList, int listCount)
    {
        for (var i = 0; i < _workers.Length; i++) _workers[i] = new Worker { List = firstList + (i % listCount) };
    }

    public bool TryWrite(int connection, RequestWriter request, out Asked asked)
    {
        ref var worker = ref _workers[connection];
        request.Headers.Add("jobix: "u8).Add(worker.List).Add("\r\n"u8);
        if (worker.Job is { } job)
        {
            request.Line.Add("GET /update_job/"u8).Add(job).Add("/"u8).Add(worker.Stage + StepOfPair);
        }
        else
        {
            request.Line.Add("GET /get/"u8).Add(worker.Stage);
        }

        asked = new Asked(connection, IsBackground: worker.Job is not null);
        return true;
    }

    public bool IsRight(Asked asked, Answer answer)
    {
        ref var worker = ref _workers[asked.Number];
        if (answer.Status != 200) return false;
        if (worker.Job is not null)
        {
            worker.Job = null;
            return answer.Start.StartsWith("Success, job "u8);
        }

        if (answer.Start.SequenceEqual("\"nada\""u8))
        {
            worker.Stage += StepOfPair;
            return true;
        }

        var prefix = "{\"jobid\":"u8;
        if (!answer.Start.StartsWith(prefix)
            || !Utf8Parser.TryParse(answer.Start[prefix.Length..], out long job, out _))
        {
            return false;
        }

        worker.Job = job;
        return true;
    }

    private struct Worker
    {
        public long List { get; init; }

        public int Stage { get; set; }

        /// <summary>The job in its hands.</summary>
        public long? Job { get; set; }
    }
}
