using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

public sealed class WorkloadTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public WorkloadTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private FakeGrains Grains => _gateway.Grains;

    [Fact]
    public async Task A_deployment_reaches_the_grain_that_the_manifest_names()
    {
        Grains.Deployed = Grains.Deployed with { Reason = "2 of 2 GPUs are free" };

        var answer = await _gateway.SendAsync("POST", "/deploy", "name: trainer\n");

        Assert.Equal(201, answer.Status);
        Assert.Equal(
            $$"""{"message":"Job deployed successfully","job":{{Samples.RecordJson}},"reason":"2 of 2 GPUs are free"}""",
            answer.Body);
        var call = Assert.Single(Grains.Calls);
        Assert.Equal(("job/default/trainer", "Deploy"), (call.Key, call.Method));
        Assert.Equal("name: trainer\n", Assert.IsType<DeployJob>(call.Command).Manifest);
    }

    [Theory]
    [InlineData(DeployOutcome.Created, 201)]
    [InlineData(DeployOutcome.Unchanged, 200)]
    public async Task A_deployment_that_holds_is_answered_with_the_job(DeployOutcome outcome, int status)
    {
        Grains.Deployed = new DeployAnswer { Outcome = outcome, Job = Samples.Record };

        var answer = await _gateway.SendAsync("POST", "/deploy", "name: a");

        Assert.Equal(status, answer.Status);
        Assert.EndsWith($$""","job":{{Samples.RecordJson}}}""", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeployOutcome.Conflict, 409)]
    [InlineData(DeployOutcome.Full, 409)]
    [InlineData(DeployOutcome.Invalid, 400)]
    public async Task A_deployment_that_is_refused_says_why(DeployOutcome outcome, int status)
    {
        Grains.Deployed = new DeployAnswer { Outcome = outcome, Problem = "because" };

        var answer = await _gateway.SendAsync("POST", "/deploy", "name: a");

        Assert.Equal((status, "because"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("kind: Pod", "metadata.name is missing")]
    [InlineData("", "the body must be a manifest in YAML; it is empty")]
    [InlineData(" \n ", "the body must be a manifest in YAML; it is empty")]
    public async Task What_is_no_manifest_gets_400_with_the_reason(string body, string error)
    {
        var answer = await _gateway.SendAsync("POST", "/deploy", body);

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_scaling_by_name_asks_that_job()
    {
        var answer = await _gateway.SendAsync("POST", "/scale", """{"name":"job_1"}""");

        Assert.Equal((200, """{"name":"job_1","previous":1,"assigned":3}"""), (answer.Status, answer.Body));
        Assert.Equal(("job/default/job_1", "Scale"), (Grains.Calls[0].Key, Grains.Calls[0].Method));
    }

    [Fact]
    public async Task A_scaling_that_waits_for_a_checkpoint_says_what_comes()
    {
        Grains.Scaled = Grains.Scaled with { Assigned = 1, AtNextCheckpoint = 3, Reason = "2 GPUs are free" };

        var answer = await _gateway.SendAsync("POST", "/scale", """{"name":"job_1"}""");

        Assert.Equal(
            """{"name":"job_1","previous":1,"assigned":1,"at_next_checkpoint":3,"reason":"2 GPUs are free"}""",
            answer.Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"other":{"name":"x"}}""")]
    public async Task A_scaling_without_a_name_asks_for_the_best_candidate(string? body)
    {
        var answer = await _gateway.SendAsync("POST", "/scale", body);

        Assert.Equal((200, """{"name":null}"""), (answer.Status, answer.Body));
        Assert.Equal(("pool/default", "ScaleBest"), (Grains.Calls[0].Key, Grains.Calls[0].Method));
    }

    [Theory]
    [InlineData(ScaleOutcome.NotFound, 404, "Job not found")]
    [InlineData(ScaleOutcome.CannotChange, 409, "it is external")]
    public async Task A_scaling_that_is_refused_says_why(ScaleOutcome outcome, int status, string error)
    {
        Grains.Scaled = new ScaleAnswer { Outcome = outcome, Reason = "it is external" };

        var answer = await _gateway.SendAsync("POST", "/scale", """{"name":"job_1"}""");

        Assert.Equal((status, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_deletion_has_one_result_a_name_in_their_order()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.MaxConcurrentDeletions = 1);
        gateway.Grains.Before = call =>
        {
            gateway.Grains.Answer = new JobAnswer
            {
                Outcome = call.Key.EndsWith("/gone", StringComparison.Ordinal) ? JobOutcome.NotFound : JobOutcome.Done,
            };
            return Task.CompletedTask;
        };

        var answer = await gateway.SendAsync("DELETE", "/delete", """{"names":["b","gone","a","b","x/y"]}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"results":[{"name":"b","deleted":true,"message":"Job deleted successfully"},"""
            + """{"name":"gone","deleted":false,"message":"Job not found"},"""
            + """{"name":"a","deleted":true,"message":"Job deleted successfully"},"""
            + """{"name":"b","deleted":true,"message":"Job deleted successfully"},"""
            + """{"name":"x/y","deleted":false,"message":"Job not found"}]}""",
            answer.Body);
        Assert.Equal(3, gateway.Grains.Calls.Count);
    }

    [Fact]
    public async Task A_job_that_does_not_answer_does_not_hide_what_became_of_the_others()
    {
        Grains.Answer = new JobAnswer { Outcome = JobOutcome.Done };
        Grains.Before = call => call.Key.EndsWith("/away", StringComparison.Ordinal)
            ? Task.FromException(new TimeoutException())
            : Task.CompletedTask;

        var answer = await _gateway.SendAsync("DELETE", "/delete", """{"names":["a","away"]}""");

        using var document = JsonDocument.Parse(answer.Body);
        Assert.Equal([true, false], document.RootElement.GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("deleted").GetBoolean()));
    }

    [Fact]
    public async Task A_thousand_names_are_taken_and_one_more_is_not()
    {
        Grains.Answer = new JobAnswer { Outcome = JobOutcome.Done };

        Assert.Equal(200, (await _gateway.SendAsync("DELETE", "/delete", Names(1000))).Status);
        Assert.Equal(1000, Grains.Calls.Count);
        Assert.Equal(400, (await _gateway.SendAsync("DELETE", "/delete", Names(1001))).Status);

        static string Names(int count) =>
            $$"""{"names":[{{string.Join(',', Enumerable.Range(0, count).Select(number => $"\"j{number}\""))}}]}""";
    }

    [Fact]
    public async Task Free_GPUs_are_told_by_node()
    {
        Grains.View = Samples.View;

        var answer = await _gateway.GetAsync("/freegpu");

        Assert.Equal((200, """{"node-0":3,"node-1":0}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_quota_is_told_in_texts_as_kubernetes_does()
    {
        Grains.View = Samples.View;

        Assert.Equal("""{"limit":"4","used":"2"}""", (await _gateway.GetAsync("/resourcequota/default")).Body);
        Assert.Equal(404, (await _gateway.GetAsync("/resourcequota/other")).Status);
        Assert.NotEmpty((await _gateway.GetAsync("/resourcequota/other")).Error);
    }

    [Fact]
    public async Task The_capacity_is_told_in_snake_case()
    {
        Grains.View = Samples.View;

        var answer = await _gateway.GetAsync("/api/v1/capacity");

        Assert.StartsWith(
            """{"nodes":[{"name":"node-0","gpu_count":4,"free_gpus":3,"is_simulated":true},"""
            + """{"name":"node-1","gpu_count":2,"free_gpus":0,"is_simulated":false}]"""
            + ""","allocations":[{"job_name":"a","uid":"u","decided":{"uid":"u","generation":7,"gpu_count":1,""",
            answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"blocks\":[{\"node\":\"node-0\",\"gpus\":[0]}]", answer.Body, StringComparison.Ordinal);
        Assert.Contains(
            "\"quotas\":[{\"namespace\":\"default\",\"limit\":4,\"used\":2}]", answer.Body, StringComparison.Ordinal);
    }
}
