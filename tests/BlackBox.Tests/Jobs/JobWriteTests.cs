using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>The writes of contract 1 and what they answer.</summary>
public sealed class JobWriteTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiClient _api = shared.Api;

    [Fact]
    public async Task A_new_job_is_answered_with_all_fields_in_the_documented_order()
    {
        var answer = await _api.AddJobAsync(
            "order",
            """ "job_arrival_time":1700000000,"total_epochs":12,"replicas":3,"gpu_assigned":2,"gpu_lim":4,"gpu_req":1""");

        const string Job =
            """{"job_name":"order","gpu_req":1,"gpu_lim":4,"gpu_assigned":2,"replicas":3,"total_epochs":12,"job_arrival_time":1700000000,"last_checkpoint_time":1700000000,"completed_epochs":0,"time_bw_checkpoints":null,"status":"scheduled","restarts":0}""";
        Assert.Equal($$"""{"message":"Job added successfully","job":{{Job}}}""", answer.Compact);
        Assert.Equal(Job, (await _api.GetAsync("/get_job/order")).Compact);
    }

    [Fact]
    public async Task What_is_not_given_has_its_default_and_the_arrival_is_now_in_whole_seconds()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var job = (await _api.AddJobAsync("defaults", """ "gpu_req":0,"gpu_lim":0,"gpu_assigned":0""")).Job;
        var after = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        Assert.Equal("1", job["replicas"]!.ToJsonString());
        Assert.Equal("0", job["total_epochs"]!.ToJsonString());
        Assert.InRange((long)job["job_arrival_time"]!, before, after);
        Assert.Equal(job["job_arrival_time"]!.ToJsonString(), job["last_checkpoint_time"]!.ToJsonString());
    }

    [Theory]
    [InlineData("100", "100")]
    [InlineData("0.53", "0.53")]
    [InlineData("2.5", "2.5")]
    [InlineData("9007199254740991", "9007199254740991")]
    public async Task Integers_go_out_as_integers_and_fractions_as_fractions(string given, string returned)
    {
        var name = "number " + given;
        await _api.AddJobAsync(name, $""" "gpu_req":1,"gpu_lim":1,"gpu_assigned":0,"total_epochs":{given}""");
        await UpdateAsync("/update_last_checkpoint",
            $$"""{"job_name":"{{name}}","last_checkpoint_time":5,"completed_epochs":{{given}}}""");

        var job = await _api.JobAsync(name);
        Assert.Equal(returned, job["total_epochs"]!.ToJsonString());
        Assert.Equal(returned, job["completed_epochs"]!.ToJsonString());
        Assert.Equal("5", job["last_checkpoint_time"]!.ToJsonString());
    }

    [Fact]
    public async Task A_number_without_a_fraction_is_an_integer_however_it_is_written()
    {
        var job = (await _api.AddJobAsync("two", """ "gpu_req":2.0,"gpu_lim":2e0,"gpu_assigned":2.00,"replicas":1.0"""))
            .Job;

        foreach (var field in new[] { "gpu_req", "gpu_lim", "gpu_assigned" })
        {
            Assert.Equal("2", job[field]!.ToJsonString());
        }
    }

    [Fact]
    public async Task A_checkpoint_sets_progress_and_the_time_between_the_last_two()
    {
        await _api.AddJobAsync("progress", """ "gpu_req":1,"gpu_lim":1,"gpu_assigned":1,"job_arrival_time":1000""");

        var first = await UpdateAsync("/update_last_checkpoint",
            """{"job_name":"progress","last_checkpoint_time":1060.5,"completed_epochs":0.53,"total_epochs":9}""");
        AssertProgress(first, time: "1060.5", epochs: "0.53", total: "9", between: "60.5");
        var second = await UpdateAsync(
            "/update_last_checkpoint", """{"job_name":"progress","last_checkpoint_time":1100,"completed_epochs":1}""");
        AssertProgress(second, time: "1100", epochs: "1", total: "9", between: "39.5");
        var older = await UpdateAsync(
            "/update_last_checkpoint", """{"job_name":"progress","last_checkpoint_time":1090,"completed_epochs":2}""");
        AssertProgress(older, time: "1090", epochs: "2", total: "9", between: "-10");
    }

    [Fact]
    public async Task The_same_notification_again_and_a_late_one_change_nothing()
    {
        await _api.AddJobAsync("late", """ "gpu_req":1,"gpu_lim":1,"gpu_assigned":1,"job_arrival_time":1000""");
        await _api.NotifyAsync("late", at: 1010, epochs: 1);
        var known = (await _api.NotifyAsync("late", at: 1030, epochs: 2)).Compact;

        Assert.Equal(known, (await _api.NotifyAsync("late", at: 1030, epochs: 2)).Compact);
        Assert.Equal(known, (await _api.NotifyAsync("late", at: 1010, epochs: 1)).Compact);
        Assert.Equal(JsonNode.Parse(known)!["job"]!.ToJsonString(), (await _api.JobAsync("late")).ToJsonString());
    }

    [Fact]
    public async Task The_first_notification_may_be_older_than_the_arrival()
    {
        await _api.AddJobAsync("first", """ "gpu_req":1,"gpu_lim":1,"gpu_assigned":1,"job_arrival_time":1000""");

        AssertProgress(await _api.NotifyAsync("first", at: 400, epochs: 0), "400", "0", total: "0", between: "-600");
    }

    [Theory]
    [InlineData("running")]
    [InlineData("any text: 'ü', \"数\" \\ 🚀")]
    public async Task Any_text_is_a_status(string status)
    {
        await _api.AddJobAsync("status " + status.Length);
        var body = new JsonObject { ["job_name"] = "status " + status.Length, ["status"] = status }.ToJsonString();

        var answer = await UpdateAsync("/update_job_status", body);
        Assert.Equal(status, (string?)answer.Job["status"]);
    }

    [Fact]
    public async Task An_update_replaces_what_it_names_and_keeps_fields_of_its_own()
    {
        await _api.AddJobAsync("update", """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":1,"job_arrival_time":7""");
        await UpdateAsync("/update_job", """{"job_name":"update","note":{"a":[1,2.50,null,"ü"]},"owner":"sg"}""");
        var answer = await UpdateAsync("/update_job", """
            {"job_name":"update","restarts":5,"status":"odd","time_bw_checkpoints":1.5,"completed_epochs":3,"last_checkpoint_time":9,
             "job_arrival_time":8,"total_epochs":4,"replicas":2,"gpu_assigned":3,"gpu_lim":6,"gpu_req":2,"owner":"me"}
            """);

        const string Job =
            """{"job_name":"update","gpu_req":2,"gpu_lim":6,"gpu_assigned":3,"replicas":2,"total_epochs":4,"job_arrival_time":8,"last_checkpoint_time":9,"completed_epochs":3,"time_bw_checkpoints":1.5,"status":"odd","restarts":5,"note":{"a":[1,2.50,null,"ü"]},"owner":"me"}""";
        Assert.Equal($$"""{"message":"Job updated successfully","job":{{Job}}}""", answer.Compact);
        await UpdateAsync("/increment_restarts", """{"job_name":"update"}""");
        Assert.Equal(Job.Replace("\"restarts\":5", "\"restarts\":6", StringComparison.Ordinal),
            (await _api.GetAsync("/get_job/update")).Compact);
    }

    [Fact]
    public async Task Restarts_count_once_a_request_and_once_an_idempotency_key()
    {
        await _api.AddJobAsync("restarts");
        await _api.AddJobAsync("others");
        await UpdateAsync("/increment_restarts", """{"job_name":"restarts"}""");
        Assert.Equal(
            2, (int)(await UpdateAsync("/increment_restarts", """{"job_name":"restarts"}""")).Job["restarts"]!);

        var first = (await IncrementAsync("restarts", "key-1")).Must(HttpStatusCode.OK);
        Assert.Equal(3, (int)first.Job["restarts"]!);
        await UpdateAsync("/increment_restarts", """{"job_name":"restarts"}""");
        Assert.Equal(first.Compact, (await IncrementAsync("restarts", "key-1")).Compact);
        Assert.Equal(4, (int)(await _api.JobAsync("restarts"))["restarts"]!);
    }

    [Fact]
    public async Task An_idempotency_key_with_another_body_is_refused()
    {
        await _api.AddJobAsync("keyed");
        (await IncrementAsync("keyed", "key-2")).Must(HttpStatusCode.OK);

        var other = new HttpRequestMessage(HttpMethod.Put, "/increment_restarts")
        {
            Content = new StringContent("""{"job_name":"keyed","why":"another body"}"""),
        };
        other.Headers.Add("Idempotency-Key", "key-2");
        (await _api.SendAsync(other)).Must(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(1, (int)(await _api.JobAsync("keyed"))["restarts"]!);
    }

    [Fact]
    public async Task A_deleted_job_is_gone_and_its_name_starts_anew_at_the_end_of_the_list()
    {
        await _api.AddJobAsync("again 1");
        await _api.AddJobAsync("again 2");
        await _api.NotifyAsync("again 1", at: 50, epochs: 5);
        var answer = await _api.DeleteAsync("/delete_job", """{"job_name":"again 1"}""");
        Assert.Equal("""{"message":"Job deleted successfully"}""", answer.Must(HttpStatusCode.OK).Compact);
        Assert.Null(await _api.FindJobAsync("again 1"));
        (await _api.DeleteAsync("/delete_job", """{"job_name":"again 1"}"""))
            .MustFail(HttpStatusCode.NotFound, "Job not found");

        var anew = (await _api.AddJobAsync("again 1")).Job;
        Assert.Equal("0", anew["completed_epochs"]!.ToJsonString());
        Assert.Equal(["again 2", "again 1"], await _api.ListAsync("/get_all_jobs", "again"));
    }

    [Fact]
    public async Task Of_many_adds_of_one_name_at_once_exactly_one_is_taken()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(index => _api.PostAsync(
            "/add_job", $$"""{"job_name":"once","gpu_req":{{index}},"gpu_lim":40,"gpu_assigned":0}""")));

        var taken = Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        foreach (var refused in answers.Where(answer => answer != taken))
        {
            refused.MustFail(HttpStatusCode.BadRequest, "Job with this job_name already exists");
        }

        Assert.Equal(taken.Job.ToJsonString(), (await _api.JobAsync("once")).ToJsonString());
    }

    [Fact]
    public async Task Of_many_writes_to_one_job_at_once_none_is_forgotten()
    {
        await _api.AddJobAsync("busy");
        await Task.WhenAll(Enumerable.Range(0, 64).Select(index => index % 2 == 0
            ? UpdateAsync("/increment_restarts", """{"job_name":"busy"}""")
            : UpdateAsync("/update_job", $$"""{"job_name":"busy","field {{index}}":{{index}}}""")));

        var job = await _api.JobAsync("busy");
        Assert.Equal(32, (int)job["restarts"]!);
        Assert.Equal(32, job.AsObject().Count(field => field.Key.StartsWith("field ", StringComparison.Ordinal)));
    }

    private static void AssertProgress(Answer answer, string time, string epochs, string total, string between)
    {
        Assert.Equal("Job updated successfully", (string?)answer.Json["message"]);
        Assert.Equal(
            (time, epochs, total, between),
            (Text("last_checkpoint_time"), Text("completed_epochs"), Text("total_epochs"),
                Text("time_bw_checkpoints")));
        string Text(string field) => answer.Job[field]!.ToJsonString();
    }

    private async Task<Answer> UpdateAsync(string path, string body) =>
        (await _api.PutAsync(path, body)).Must(HttpStatusCode.OK);

    private Task<Answer> IncrementAsync(string name, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/increment_restarts")
        {
            Content = new StringContent($$"""{"job_name":"{{name}}"}"""),
        };
        request.Headers.Add("Idempotency-Key", key);
        return _api.SendAsync(request);
    }
}
