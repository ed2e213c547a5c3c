using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>Why a job is where it is, and what would happen if one came.</summary>
public sealed class WhyTests
{
    [Fact]
    public async Task A_job_that_waits_is_told_when_it_starts_once_the_one_before_has_shown_its_speed()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("first", 2, 2));
        (await server.DeployAsync(jobs.Pod("second", 1, 2))).Must(HttpStatusCode.Created);
        Assert.Contains("starts:          nobody can tell", (await server.RunAsync("why", "second")).Output);

        (await server.Api.PutAsync("/update_job", """{"job_name": "first", "total_epochs": 1000000}"""))
            .Must(HttpStatusCode.OK);
        await server.Api.NotifyAsync("first", at: 3e9, epochs: 1);
        await server.Api.NotifyAsync("first", at: 3e9 + 5, epochs: 2);

        var why = await server.RunAsync("why", "second", "-o", "json");
        var explained = JsonNode.Parse(why.Output)!["allocation"]!;
        Assert.Equal(1, (int)explained["queue"]!["position"]!);
        Assert.NotNull(explained["outlook"]!["starts_at"]);
        Assert.Contains("median of 1 other", (string)explained["outlook"]!["basis"]!);

        var third = server.Write("third.yaml", jobs.Pod("third", 1, 1));
        var whatIf = await server.RunAsync("whatif", "-f", third, "--seconds", "60");
        Assert.StartsWith("third would wait, 2 of 2; needs 1 GPU, 0 are free; starts: 20", whatIf.Output);
        Assert.Null(await server.Api.FindJobAsync("third"));
    }
}
