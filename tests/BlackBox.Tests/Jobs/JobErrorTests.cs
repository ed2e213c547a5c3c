namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>The error texts of contract 1, to the letter.</summary>
public sealed class JobErrorTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string NameRequired = "job_name is required";
    private const string CheckpointRequired = "job_name, last_checkpoint_time, and completed_epochs are required";
    private const string StatusRequired = "job_name and status are required";

    private readonly ApiClient _api = shared.Api;

    [Theory]
    [InlineData("POST", "/add_job", "{}", NameRequired)]
    [InlineData("POST", "/add_job", """{"job_name":"","gpu_req":1}""", NameRequired)]
    [InlineData("POST", "/add_job", """{"job_name":null,"gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""", NameRequired)]
    [InlineData("POST", "/add_job", """{"job_name":"j"}""", "gpu_req is required")]
    [InlineData(
        "POST", "/add_job", """{"job_name":"j","gpu_req":null,"gpu_lim":1,"gpu_assigned":1}""", "gpu_req is required")]
    [InlineData("POST", "/add_job", """{"job_name":"j","gpu_req":1}""", "gpu_lim is required")]
    [InlineData("POST", "/add_job", """{"job_name":"j","gpu_req":1,"gpu_assigned":1}""", "gpu_lim is required")]
    [InlineData("POST", "/add_job", """{"job_name":"j","gpu_req":1,"gpu_lim":1}""", "gpu_assigned is required")]
    [InlineData("PUT", "/update_job", """{"status":"x"}""", NameRequired)]
    [InlineData("PUT", "/increment_restarts", """{"job_name":""}""", NameRequired)]
    [InlineData("DELETE", "/delete_job", "{}", NameRequired)]
    [InlineData("PUT", "/update_last_checkpoint", "{}", CheckpointRequired)]
    [InlineData(
        "PUT", "/update_last_checkpoint", """{"last_checkpoint_time":1,"completed_epochs":1}""", CheckpointRequired)]
    [InlineData("PUT", "/update_last_checkpoint", """{"job_name":"j","completed_epochs":1}""", CheckpointRequired)]
    [InlineData("PUT", "/update_last_checkpoint", """{"job_name":"j","last_checkpoint_time":1}""", CheckpointRequired)]
    [InlineData("PUT", "/update_last_checkpoint",
        """{"job_name":"j","last_checkpoint_time":1,"completed_epochs":null}""", CheckpointRequired)]
    [InlineData("PUT", "/update_job_status", """{"status":"x"}""", StatusRequired)]
    [InlineData("PUT", "/update_job_status", """{"job_name":"j"}""", StatusRequired)]
    [InlineData("PUT", "/update_job_status", """{"job_name":"j","status":""}""", StatusRequired)]
    public async Task What_is_missing_is_said_in_the_documented_words(
        string method, string path, string body, string error) =>
        (await _api.SendAsync(new HttpMethod(method), path, body)).MustFail(HttpStatusCode.BadRequest, error);

    [Theory]
    [InlineData(
        "PUT", "/update_last_checkpoint", """{"job_name":"nobody","last_checkpoint_time":1,"completed_epochs":0}""")]
    [InlineData("PUT", "/update_job_status", """{"job_name":"nobody","status":"x"}""")]
    [InlineData("PUT", "/update_job", """{"job_name":"nobody","status":"x"}""")]
    [InlineData("PUT", "/increment_restarts", """{"job_name":"nobody"}""")]
    [InlineData("DELETE", "/delete_job", """{"job_name":"nobody"}""")]
    [InlineData("GET", "/get_job/nobody", "")]
    public async Task A_job_that_is_not_there_is_not_found(string method, string path, string body) =>
        (await _api.SendAsync(new HttpMethod(method), path, body)).MustFail(HttpStatusCode.NotFound, "Job not found");

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_its_job_stays_as_it_is()
    {
        var known = (await _api.AddJobAsync("taken")).Job.ToJsonString();

        (await _api.PostAsync("/add_job", """{"job_name":"taken","gpu_req":2,"gpu_lim":3,"gpu_assigned":2}"""))
            .MustFail(HttpStatusCode.BadRequest, "Job with this job_name already exists");
        Assert.Equal(known, (await _api.JobAsync("taken")).ToJsonString());
    }

    [Theory]
    [InlineData("gpu_req", """ "gpu_req":-1,"gpu_lim":1,"gpu_assigned":0""")]
    [InlineData("gpu_req", """ "gpu_req":1000001,"gpu_lim":1000001,"gpu_assigned":0""")]
    [InlineData("gpu_lim", """ "gpu_req":2,"gpu_lim":1,"gpu_assigned":0""")]
    [InlineData("gpu_lim", """ "gpu_req":2,"gpu_lim":1000001,"gpu_assigned":0""")]
    [InlineData("gpu_assigned", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":3""")]
    [InlineData("gpu_assigned", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":-1""")]
    [InlineData("replicas", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":1,"replicas":0""")]
    [InlineData("replicas", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":1,"replicas":1000001""")]
    [InlineData("total_epochs", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":1,"total_epochs":-0.5""")]
    [InlineData("job_arrival_time", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":1,"job_arrival_time":1000000000001""")]
    [InlineData("job_arrival_time", """ "gpu_req":1,"gpu_lim":2,"gpu_assigned":1,"job_arrival_time":-1.1e12""")]
    public async Task A_new_job_out_of_range_is_refused_by_its_field(string field, string rest)
    {
        var answer = await _api.PostAsync("/add_job", $$"""{"job_name":"range",{{rest}}}""");

        Assert.StartsWith($"{field} must be ", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
        Assert.Null(await _api.FindJobAsync("range"));
    }

    [Theory]
    [InlineData("gpu_req", "5")]
    [InlineData("gpu_lim", "1")]
    [InlineData("gpu_assigned", "5")]
    [InlineData("gpu_assigned", "-1")]
    [InlineData("replicas", "0")]
    [InlineData("total_epochs", "-1")]
    [InlineData("completed_epochs", "-0.1")]
    [InlineData("last_checkpoint_time", "1e13")]
    [InlineData("job_arrival_time", "-1e13")]
    [InlineData("time_bw_checkpoints", "1e300")]
    [InlineData("restarts", "-1")]
    [InlineData("status", "\"\"")]
    public async Task An_update_that_would_make_a_record_out_of_range_is_refused_and_changes_nothing(
        string field, string value)
    {
        await _api.PostAsync("/add_job", """{"job_name":"bounds","gpu_req":2,"gpu_lim":4,"gpu_assigned":2}""");
        var known = (await _api.JobAsync("bounds")).ToJsonString();

        var answer = await _api.PutAsync("/update_job", $$"""{"job_name":"bounds","note":1,"{{field}}":{{value}}}""");
        // Of two fields that do not go together either may be named.
        Assert.Matches($"^(gpu_lim|gpu_assigned|{field}) must be ", answer.Must(HttpStatusCode.BadRequest).Error);
        Assert.Equal(known, (await _api.JobAsync("bounds")).ToJsonString());
    }

    [Theory]
    [InlineData("last_checkpoint_time", """ "last_checkpoint_time":1000000000001,"completed_epochs":1""")]
    [InlineData("completed_epochs", """ "last_checkpoint_time":1,"completed_epochs":-1""")]
    [InlineData("total_epochs", """ "last_checkpoint_time":1,"completed_epochs":1,"total_epochs":-1""")]
    public async Task A_notification_out_of_range_is_refused_and_changes_nothing(string field, string rest)
    {
        await _api.PostAsync("/add_job", """{"job_name":"notified","gpu_req":2,"gpu_lim":4,"gpu_assigned":2}""");
        var known = (await _api.JobAsync("notified")).ToJsonString();

        var answer = await _api.PutAsync("/update_last_checkpoint", $$"""{"job_name":"notified",{{rest}}}""");
        Assert.StartsWith($"{field} must be ", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
        Assert.Equal(known, (await _api.JobAsync("notified")).ToJsonString());
    }
}
