using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>The document of the job metadata manager, line by line; only the port is not 5000.</summary>
public sealed class DocumentedCurlTests
{
    private const string AddJob = """
        curl -X POST http://127.0.0.1:5000/add_job -H "Content-Type: application/json" -d '{
          "job_name": "job_1",
          "gpu_req": 2,
          "gpu_lim": 4,
          "gpu_assigned": 2,
          "replicas": 1,
          "total_epochs": 100
        }'
        """;

    private const string UpdateLastCheckpoint = """
        curl -X PUT http://127.0.0.1:5000/update_last_checkpoint -H "Content-Type: application/json" -d '{
          "job_name": "job_1",
          "last_checkpoint_time": 1701234567,
          "completed_epochs": 10
        }'
        """;

    private const string UpdateJobStatus = """
        curl -X PUT http://127.0.0.1:5000/update_job_status -H "Content-Type: application/json" -d '{
          "job_name": "job_1",
          "status": "completed"
        }'
        """;

    private const string DeleteJob = """
        curl -X DELETE http://127.0.0.1:5000/delete_job -H "Content-Type: application/json" -d '{"job_name": "job_1"}'
        """;

    private const string GetJob = "curl http://127.0.0.1:5000/get_job/job_1";
    private const string GetAllJobs = "curl http://127.0.0.1:5000/get_all_jobs";
    private const string GetJobsByArrival = "curl http://127.0.0.1:5000/get_jobs_by_arrival";
    private const string GetJobsByCheckpointLimit = "curl http://127.0.0.1:5000/get_jobs_by_checkpoint_limit";
    private const string GetJobsByDifference = "curl http://127.0.0.1:5000/get_jobs_by_difference/2";
    private const string GetScaleDownJobs = "curl http://127.0.0.1:5000/get_scale_down_jobs_by_checkpoint/2";

    private static readonly string[] ListsOfActiveJobs =
        [GetJobsByArrival, GetJobsByCheckpointLimit, GetJobsByDifference, GetScaleDownJobs];

    [Fact]
    public async Task The_documented_lines_do_word_for_word_what_the_document_says()
    {
        await using var server = await SluiceServer.StartAsync(
            [], new Dictionary<string, string?> { ["FLASK_PORT"] = "set by the server's fixture" });
        async Task<string> RunAsync(string line)
        {
            var moved = line.Replace(
                ":5000", string.Create(CultureInfo.InvariantCulture, $":{server.Port}"), StringComparison.Ordinal);
            return Answer.CompactOf(JsonNode.Parse(await new CurlLine(moved).RunAsync())!);
        }

        Assert.Equal("[]", await RunAsync(GetAllJobs));

        var added = JsonNode.Parse(await RunAsync(AddJob))!;
        var arrival = (long)added["job"]!["job_arrival_time"]!;
        string Job(string progress, string status) =>
            $$"""{"job_name":"job_1","gpu_req":2,"gpu_lim":4,"gpu_assigned":2,"replicas":1,"total_epochs":100,"job_arrival_time":{{arrival}},{{progress}},"status":"{{status}}","restarts":0}""";
        var fresh = Job(
            $"\"last_checkpoint_time\":{arrival},\"completed_epochs\":0,\"time_bw_checkpoints\":null", "scheduled");
        Assert.Equal($$"""{"message":"Job added successfully","job":{{fresh}}}""", Answer.CompactOf(added));

        var notified = $"\"last_checkpoint_time\":1701234567,\"completed_epochs\":10,\"time_bw_checkpoints\":{1701234567 - arrival}";
        var running = Job(notified, "scheduled");
        Assert.Equal(
            $$"""{"message":"Job updated successfully","job":{{running}}}""", await RunAsync(UpdateLastCheckpoint));
        Assert.Equal(running, await RunAsync(GetJob));
        Assert.Equal($"[{running}]", await RunAsync(GetAllJobs));
        Assert.Equal($"[{running}]", await RunAsync(GetJobsByArrival));
        Assert.Equal($"[{running}]", await RunAsync(GetJobsByCheckpointLimit));
        Assert.Equal($"[{running}]", await RunAsync(GetJobsByDifference));
        Assert.Equal("[]", await RunAsync(GetScaleDownJobs));

        var completed = Job(notified, "completed");
        Assert.Equal(
            $$"""{"message":"Job updated successfully","job":{{completed}}}""", await RunAsync(UpdateJobStatus));
        Assert.Equal($"[{completed}]", await RunAsync(GetAllJobs));
        foreach (var list in ListsOfActiveJobs)
        {
            Assert.Equal("[]", await RunAsync(list));
        }

        Assert.Equal("""{"message":"Job deleted successfully"}""", await RunAsync(DeleteJob));
        Assert.Equal("""{"error":"Job not found"}""", await RunAsync(GetJob));
        Assert.Equal("[]", await RunAsync(GetAllJobs));
    }
}
