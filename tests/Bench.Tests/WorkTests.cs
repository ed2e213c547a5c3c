using System.Text;
using Sluice.Bench.Load;
using Sluice.Bench.Works;

namespace Sluice.Bench.Tests;

public sealed class WorkTests
{
    [Fact]
    public void An_update_takes_only_the_answer_with_its_own_job_and_time_for_right()
    {
        var work = new UpdateCheckpoints(new RandomJobs(1000), new CheckpointClock());
        var request = new RequestWriter("127.0.0.1:80");
        Assert.True(work.TryWrite(3, request, out var asked));
        var body = Encoding.UTF8.GetString(request.Body.Bytes);
        Assert.True(work.TryWrite(3, new RequestWriter("127.0.0.1:80"), out var another));

        Assert.True(work.IsRight(asked, new Answer(200, Encoding.UTF8.GetBytes(body), body.Length, (byte)'}')));
        Assert.False(work.IsRight(another, new Answer(200, Encoding.UTF8.GetBytes(body), body.Length, (byte)'}')));
        Assert.False(work.IsRight(asked, new Answer(500, Encoding.UTF8.GetBytes(body), body.Length, (byte)'}')));
    }

    [Fact]
    public void Connections_draw_jobs_of_their_own_and_all_jobs_are_drawn()
    {
        var jobs = new RandomJobs(1000);
        var drawn = new HashSet<long>();
        for (var i = 0; i < 200_000; i++)
        {
            var connection = i % LoadGenerator.ConnectionCount;
            var job = jobs.Draw(connection);
            Assert.Equal(connection, job % LoadGenerator.ConnectionCount);
            drawn.Add(job);
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(job => (long)job), drawn.Order());
    }

    [Fact]
    public void A_request_says_the_length_of_its_body()
    {
        var request = new RequestWriter("127.0.0.1:80");
        new DeleteJobs(JobName.Passing, 7, 1).TryWrite(0, request, out _);

        Assert.Equal(
            "DELETE /delete_job HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Type: application/json\r\n"
            + "Content-Length: 29\r\n\r\n{\"job_name\":\"job-p-00000007\"}",
            Encoding.UTF8.GetString(request.Finish()));
    }
}
