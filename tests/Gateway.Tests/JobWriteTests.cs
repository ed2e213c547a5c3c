using System.Globalization;
using System.Text;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

public sealed class JobWriteTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public JobWriteTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private FakeGrains Grains => _gateway.Grains;

    [Fact]
    public async Task An_added_job_is_answered_with_201_and_its_record_in_the_documented_order()
    {
        var answer = await _gateway.SendAsync("POST", "/add_job", Samples.Add);

        Assert.Equal(201, answer.Status);
        Assert.Equal($$"""{"message":"Job added successfully","job":{{Samples.RecordJson}}}""", answer.Body);
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(Encoding.UTF8.GetByteCount(answer.Body), answer.Length);
    }

    [Fact]
    public async Task An_added_job_reaches_the_grain_of_its_name_with_what_the_body_said()
    {
        await _gateway.SendAsync("POST", "/add_job",
            """{"job_name":"é +%","gpu_req":2.0,"gpu_lim":4e0,"gpu_assigned":2,"replicas":3,"total_epochs":1.5,"job_arrival_time":7}""");

        var call = Assert.Single(Grains.Calls);
        Assert.Equal("job/default/é +%", call.Key);
        var command = Assert.IsType<AddJob>(call.Command);
        Assert.Equal((2L, 4L, 2L, 3L), (command.GpuReq, command.GpuLim, command.GpuAssigned, command.Replicas));
        Assert.Equal(Number.Of(1.5), command.TotalEpochs);
        Assert.Equal(Number.Of(7), command.JobArrivalTime);
    }

    [Fact]
    public async Task Optional_fields_that_are_null_or_absent_are_left_to_the_grain()
    {
        await _gateway.SendAsync("POST", "/add_job",
            """{"job_name":"a","gpu_req":0,"gpu_lim":0,"gpu_assigned":0,"replicas":null,"total_epochs":null}""");

        var command = Assert.IsType<AddJob>(Assert.Single(Grains.Calls).Command);
        Assert.Null(command.Replicas);
        Assert.Null(command.TotalEpochs);
        Assert.Null(command.JobArrivalTime);
    }

    [Fact]
    public async Task Every_request_has_an_operation_of_its_own()
    {
        await _gateway.SendAsync("POST", "/add_job", Samples.Add);
        await _gateway.SendAsync("POST", "/add_job", Samples.Add);
        await _gateway.SendAsync("PUT", "/increment_restarts", Samples.Name);

        var ids = Grains.Calls.Select(call => call.Command switch
        {
            AddJob add => add.OperationId,
            IncrementRestarts increment => increment.OperationId,
            _ => null,
        }).ToList();
        Assert.Equal(3, ids.Distinct().Count());
        Assert.DoesNotContain(null, ids);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task The_content_type_is_not_looked_at(string? contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Samples.Add));
        if (contentType is not null) content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        Assert.Equal(201, (await _gateway.SendAsync("POST", "/add_job", content)).Status);
    }

    [Theory]
    [InlineData("PUT", "/update_last_checkpoint", Samples.Checkpoint, "UpdateCheckpoint")]
    [InlineData("PUT", "/update_job_status", Samples.Status, "UpdateStatus")]
    [InlineData("PUT", "/update_job", Samples.Name, "Update")]
    [InlineData("PUT", "/increment_restarts", Samples.Name, "IncrementRestarts")]
    public async Task An_update_is_answered_with_200_and_the_record(
        string method, string path, string body, string grainMethod)
    {
        var answer = await _gateway.SendAsync(method, path, body);

        Assert.Equal(200, answer.Status);
        Assert.Equal($$"""{"message":"Job updated successfully","job":{{Samples.RecordJson}}}""", answer.Body);
        Assert.Equal(("job/default/job_1", grainMethod), (Grains.Calls[0].Key, Grains.Calls[0].Method));
    }

    [Fact]
    public async Task A_deletion_is_answered_with_200_and_no_record()
    {
        Grains.Answer = new JobAnswer { Outcome = JobOutcome.Done };

        var answer = await _gateway.SendAsync("DELETE", "/delete_job", Samples.Name);

        Assert.Equal((200, """{"message":"Job deleted successfully"}"""), (answer.Status, answer.Body));
        Assert.Equal(("job/default/job_1", "Delete"), (Grains.Calls[0].Key, Grains.Calls[0].Method));
    }

    [Fact]
    public async Task A_resize_that_waits_for_the_checkpoint_stands_beside_the_job()
    {
        Grains.Answer = Grains.Answer with { Resize = new Resize(3, 17) };

        var answer = await _gateway.SendAsync("PUT", "/update_last_checkpoint", Samples.Checkpoint);

        Assert.EndsWith(",\"resize\":{\"gpus\":3,\"generation\":17}}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_carries_numbers_in_the_form_in_which_they_came()
    {
        await _gateway.SendAsync("PUT", "/update_last_checkpoint",
            """
            {"job_name":"job_1","last_checkpoint_time":1701234567.25,"completed_epochs":5,"total_epochs":100.0,
             "sluice_run_uid":"u-1"}
            """);

        var command = Assert.IsType<UpdateCheckpoint>(Assert.Single(Grains.Calls).Command);
        Assert.Equal("u-1", command.RunUid);
        Assert.Equal(Number.Of(1701234567.25), command.LastCheckpointTime);
        Assert.Equal(Number.Of(5), command.CompletedEpochs);
        Assert.Equal(Number.Of(100.0), command.TotalEpochs);
    }

    [Fact]
    public async Task An_update_carries_all_fields_of_the_record_and_keeps_the_others_as_compact_json()
    {
        await _gateway.SendAsync("PUT", "/update_job", """
            {"job_name": "job_1", "gpu_req": 1, "gpu_lim": 2, "gpu_assigned": 3, "replicas": 4, "total_epochs": 5.5,
             "job_arrival_time": 6, "last_checkpoint_time": 7, "completed_epochs": 8, "time_bw_checkpoints": -9.5,
             "status": "", "restarts": 10, "note": "a\u00e9\n", "tree": { "a" : [ 1, 2.50, 1e5, true, null, "x" ] }, "n": null}
            """);

        var command = Assert.IsType<UpdateJob>(Assert.Single(Grains.Calls).Command);
        Assert.Equal((1, 2, 3, 4, 10L),
            (command.GpuReq, command.GpuLim, command.GpuAssigned, command.Replicas, command.Restarts));
        Assert.Equal((Number.Of(5.5), Number.Of(6), Number.Of(7), Number.Of(8), Number.Of(-9.5)),
            (command.TotalEpochs, command.JobArrivalTime, command.LastCheckpointTime, command.CompletedEpochs,
                command.TimeBwCheckpoints));
        Assert.Equal("", command.Status);
        Assert.Equal<ExtraField>(
            [new("note", "\"aé\\n\""), new("tree", """{"a":[1,2.50,1e5,true,null,"x"]}""")], command.Extra);
    }

    [Fact]
    public async Task A_null_in_an_update_leaves_the_field_alone()
    {
        await _gateway.SendAsync("PUT", "/update_job",
            """{"job_name":"a","time_bw_checkpoints":null,"gpu_lim":null,"status":null,"own":1,"own":null}""");

        var command = Assert.IsType<UpdateJob>(Assert.Single(Grains.Calls).Command);
        Assert.Equal((null, null, null), (command.TimeBwCheckpoints, command.GpuLim, command.Status));
        Assert.Empty(command.Extra);
    }

    [Fact]
    public async Task Of_a_field_that_is_there_twice_the_last_counts()
    {
        await _gateway.SendAsync("PUT", "/update_job",
            """{"job_name":"a","job_name":"b","gpu_req":"x","gpu_req":3,"k":1,"m":2,"k":{"z":3}}""");

        var call = Assert.Single(Grains.Calls);
        var command = Assert.IsType<UpdateJob>(call.Command);
        Assert.Equal(("job/default/b", 3L), (call.Key, command.GpuReq));
        Assert.Equal<ExtraField>([new("k", """{"z":3}"""), new("m", "2")], command.Extra);
    }

    [Fact]
    public async Task Names_of_fields_may_be_escaped()
    {
        await _gateway.SendAsync("PUT", "/increment_restarts", """{"job\u005fname":"a\u0062"}""");

        Assert.Equal("job/default/ab", Assert.Single(Grains.Calls).Key);
    }

    [Fact]
    public async Task A_byte_order_mark_is_passed_over() =>
        Assert.Equal(201, (await _gateway.SendAsync("POST", "/add_job", "\uFEFF" + Samples.Add)).Status);

    [Fact]
    public async Task Many_fields_that_are_not_the_records_own_are_read_in_good_time()
    {
        var body = new StringBuilder("""{"job_name":"a" """);
        for (var i = 0; i < 60_000; i++) body.Append(CultureInfo.InvariantCulture, $",\"f{i}\":1");
        body.Append('}');

        await _gateway.SendAsync("PUT", "/update_job", body.ToString());

        Assert.Equal(60_000, Assert.IsType<UpdateJob>(Assert.Single(Grains.Calls).Command).Extra.Length);
    }

    [Theory]
    [InlineData(JobOutcome.NotFound, null, 404, "Job not found")]
    [InlineData(JobOutcome.AlreadyExists, null, 400, "Job with this job_name already exists")]
    [InlineData(JobOutcome.Invalid, "gpu_lim must be 2 or more", 400, "gpu_lim must be 2 or more")]
    [InlineData(JobOutcome.Conflict, "it is ending", 409, "it is ending")]
    [InlineData(JobOutcome.OperationReused, null, 422, "Idempotency-Key was used for another request")]
    [InlineData(JobOutcome.TooLarge, null, 413, "the record must be at most 65536 bytes")]
    public async Task Each_refusal_of_a_grain_has_its_status_and_text(
        JobOutcome outcome, string? problem, int status, string text)
    {
        Grains.Answer = new JobAnswer { Outcome = outcome, Problem = problem };

        foreach (var (method, path, body) in Writes)
        {
            var answer = await _gateway.SendAsync(method, path, body);
            Assert.Equal((path, status, text), (path, answer.Status, answer.Error));
        }
    }

    [Fact]
    public async Task Each_write_is_one_call_of_one_grain()
    {
        foreach (var (method, path, body) in Writes)
        {
            Grains.Reset();
            await _gateway.SendAsync(method, path, body);
            Assert.Single(Grains.Calls);
        }
    }

    private static readonly (string Method, string Path, string Body)[] Writes =
    [
        ("POST", "/add_job", Samples.Add),
        ("PUT", "/update_last_checkpoint", Samples.Checkpoint),
        ("PUT", "/update_job_status", Samples.Status),
        ("PUT", "/update_job", Samples.Name),
        ("PUT", "/increment_restarts", Samples.Name),
        ("DELETE", "/delete_job", Samples.Name),
    ];
}
