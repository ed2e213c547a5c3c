using System.Text.Json.Nodes;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Gateway.Tests;

public sealed class ForecastTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public ForecastTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private FakeGrains Grains => _gateway.Grains;

    [Fact]
    public async Task An_explanation_has_the_job_what_is_expected_and_what_happened()
    {
        Grains.Explanation = Grains.Explanation! with
        {
            Allocation = new()
            {
                Decided = new() { Uid = "u1", Generation = 0, GpuCount = 0, Reason = "waits for 2 GPUs" },
                DecidedAt = DateTimeOffset.UnixEpoch,
                Queue = new(2, 3, NeededGpus: 2, FreeGpus: 1),
                Outlook = Samples.Outlook,
                Pace = [new(4, 12.5)],
                RestartSeconds = 7,
                Expected = [new(DateTimeOffset.UnixEpoch, "job_1", 0, 2, "admitted")],
            },
        };

        var answer = await _gateway.GetAsync("/api/v1/jobs/job_1/explain");

        Assert.Equal(200, answer.Status);
        var body = JsonNode.Parse(answer.Body)!;
        Assert.Equal(["job", "allocation", "events"], body.AsObject().Select(field => field.Key));
        var allocation = body["allocation"]!;
        Assert.Equal(
            ["decided", "decided_at", "queue", "outlook", "pace", "restart_seconds", "expected", "is_cut_short"],
            allocation.AsObject().Select(field => field.Key));
        Assert.Equal(
            """{"position":2,"length":3,"needed_gpus":2,"free_gpus":1}""", allocation["queue"]!.ToJsonString());
        Assert.Equal("""{"gpu_count":4,"seconds_per_epoch":12.5}""", allocation["pace"]![0]!.ToJsonString());
        Assert.Equal(
            ["job_name", "starts_at", "start_gpus", "ends_at", "is_measured", "basis"],
            allocation["outlook"]!.AsObject().Select(field => field.Key));
        Assert.Equal("resized", (string)body["events"]![0]!["kind"]!);
        Assert.Equal(("job/default/job_1", "Explain"), (Grains.Calls[0].Key, Grains.Calls[0].Method));
    }

    [Fact]
    public async Task A_job_that_is_not_there_cannot_be_explained()
    {
        Grains.Explanation = null;

        var answer = await _gateway.GetAsync("/api/v1/jobs/job_1/explain");

        Assert.Equal((404, "Job not found"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task What_would_happen_is_asked_of_the_ledger_and_nothing_is_deployed()
    {
        var answer = await _gateway.SendAsync("POST", "/api/v1/whatif?seconds=3600", "name: trainer\n");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["job", "queue", "others", "expected", "is_cut_short"],
            JsonNode.Parse(answer.Body)!.AsObject().Select(field => field.Key));
        var call = Assert.Single(Grains.Calls);
        Assert.Equal(("pool/default", "WhatIf"), (call.Key, call.Method));
        Assert.Equal(new WhatIf { Manifest = "name: trainer\n", Seconds = 3600 }, call.Command);
    }

    [Fact]
    public async Task Nobody_has_to_say_how_long_it_takes()
    {
        await _gateway.SendAsync("POST", "/api/v1/whatif", "name: trainer\n");

        Assert.Null(Assert.IsType<WhatIf>(Assert.Single(Grains.Calls).Command).Seconds);
    }

    [Theory]
    [InlineData("?seconds=0", "name: a", "seconds must be an integer of 1 to 1000000000")]
    [InlineData("?seconds=1000000001", "name: a", "seconds must be an integer of 1 to 1000000000")]
    [InlineData("?seconds=1.5", "name: a", "seconds must be an integer of 1 to 1000000000")]
    [InlineData("?seconds=", "name: a", "seconds must be an integer of 1 to 1000000000")]
    [InlineData("", "kind: Pod", "metadata.name is missing")]
    [InlineData("", "", "the body must be a manifest in YAML; it is empty")]
    public async Task What_cannot_be_taken_gets_400_with_the_reason(string query, string body, string error)
    {
        var answer = await _gateway.SendAsync("POST", $"/api/v1/whatif{query}", body);

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData(WhatIfOutcome.Invalid, 400, "no shell is run here")]
    [InlineData(WhatIfOutcome.Full, 409, "no shell is run here")]
    [InlineData(WhatIfOutcome.Busy, 503, "too many ask at the moment; ask again")]
    public async Task What_is_not_answered_says_why(WhatIfOutcome outcome, int status, string error)
    {
        Grains.WouldBe = new() { Outcome = outcome, Problem = "no shell is run here" };

        var answer = await _gateway.SendAsync("POST", "/api/v1/whatif", "name: a");

        Assert.Equal((status, error), (answer.Status, answer.Error));
    }
}
