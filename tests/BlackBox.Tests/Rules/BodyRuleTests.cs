using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Rules;

/// <summary>What the rules for all contracts say of bodies: bad ones get a clear 400 and change nothing.</summary>
public sealed class BodyRuleTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Integer = "integer";
    private const string Number = "number";
    private const string Text = "string";

    private static readonly string[] WrongIntegers =
        ["\"2\"", "\"\"", "true", "false", "1.5", "[]", "[1]", "{}", "1e999", "-1e999", "99999999999999999999", "1e19"];

    private static readonly string[] WrongNumbers =
        ["\"2\"", "true", "false", "[]", "{}", "1e999", "-1e999", "99999999999999999999999999999999999999999999"];

    private static readonly string[] WrongTexts = ["5", "0", "true", "false", "[]", "[\"a\"]", "{}"];

    private static readonly string[] NotAnObject =
    [
        "", " ", "{", "}", "[]", "[{}]", "null", "true", "5", "\"text\"", "{}x", "{} {}", "{\"job_name\":}",
            "{'job_name':'a'}",
        "{\"job_name\":\"a\",}", "{\"job_name\":\"a\" \"b\":1}", "// comment\n{}", "{\"a\":01}", "{\"a\":NaN}",
            "{\"a\":Infinity}",
        "{\"a\":\"\u0001\"}", "{\"job_name\":\"\\ud800\",\"gpu_req\":1,\"gpu_lim\":1,\"gpu_assigned\":1}",
        "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}", "job_name=a", "---\njob_name: a\n",
    ];

    private readonly ApiClient _api = shared.Api;

    /// <summary>Each field of each write, with the body that would be right.</summary>
    public static TheoryData<string, string, string, string> Fields
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            void Add(string write, string type, params string[] fields)
            {
                foreach (var name in fields)
                {
                    data.Add(write.Split(' ')[0], write.Split(' ')[1], name, type);
                }
            }

            Add("POST /add_job", Text, "job_name");
            Add("POST /add_job", Integer, "gpu_req", "gpu_lim", "gpu_assigned", "replicas");
            Add("POST /add_job", Number, "total_epochs", "job_arrival_time");
            Add("PUT /update_last_checkpoint", Text, "job_name");
            Add("PUT /update_last_checkpoint", Number, "last_checkpoint_time", "completed_epochs", "total_epochs");
            Add("PUT /update_job_status", Text, "job_name", "status");
            Add("PUT /update_job", Text, "job_name", "status");
            Add("PUT /update_job", Integer, "gpu_req", "gpu_lim", "gpu_assigned", "replicas", "restarts");
            Add("PUT /update_job", Number, "total_epochs", "job_arrival_time", "last_checkpoint_time",
                "completed_epochs", "time_bw_checkpoints");
            Add("PUT /increment_restarts", Text, "job_name");
            Add("DELETE /delete_job", Text, "job_name");
            return data;
        }
    }

    public static TheoryData<string, string> Writes => new()
    {
        { "POST", "/add_job" }, { "PUT", "/update_last_checkpoint" }, { "PUT", "/update_job_status" },
            { "PUT", "/update_job" },
        { "PUT", "/increment_restarts" }, { "DELETE", "/delete_job" }, { "POST", "/scale" }, { "DELETE", "/delete" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_field_of_the_wrong_type_is_refused_by_its_name_and_changes_nothing(
        string method, string path, string field, string type)
    {
        var name = $"types of {path[1..]} {field}";
        await _api.AddJobAsync(name, """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":2,"job_arrival_time":5""");
        var before = (await _api.GetAsync("/get_all_jobs")).Text;
        foreach (var value in type == Integer ? WrongIntegers : type == Number ? WrongNumbers : WrongTexts)
        {
            // The last of two fields of one name counts.
            var body = $$"""
                {"job_name":{{ApiClient.Quote(path == "/add_job" ? name + " new" : name)}},"gpu_req":1,"gpu_lim":4,"gpu_assigned":2,
                 "last_checkpoint_time":6,"completed_epochs":1,"status":"s","{{field}}":{{value}}}
                """;
            var answer = await _api.SendAsync(new HttpMethod(method), path, body);
            Assert.True(
                answer.Status == HttpStatusCode.BadRequest, $"{field} = {value}: {(int)answer.Status} {answer.Text}");
            Assert.Contains(field, answer.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, (await _api.GetAsync("/get_all_jobs")).Text);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task What_is_no_JSON_object_is_refused_with_a_reason(string method, string path)
    {
        // Without a body, /scale looks for the best candidate.
        foreach (var body in NotAnObject.Where(body => path != "/scale" || body.Length > 0))
        {
            var answer = await _api.SendAsync(new HttpMethod(method), path, body);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{body}: {(int)answer.Status} {answer.Text}");
            Assert.False(string.IsNullOrEmpty(answer.Error), body);
        }
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Invalid_UTF8_is_refused_with_a_reason(string method, string path)
    {
        const string Body = """{"job_name":"é","name":"é","names":["é"],"gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""";
        var bytes = Encoding.Latin1.GetBytes(Body);
        var answer = await _api.SendAsync(new(new HttpMethod(method), path) { Content = new ByteArrayContent(bytes) });

        Assert.False(string.IsNullOrEmpty(answer.Must(HttpStatusCode.BadRequest).Error));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_no_text()
    {
        await _api.AddJobAsync("text");
        foreach (var body in new[]
        {
            """{"job_name":"text","status":"\ud83d"}""", """{"job_name":"text","note":"\udc00"}""",
            """{"job_name":"text","note":{"a":["\udc00"]}}""", """{"job_name":"text","\ud800":1}""",
        })
        {
            (await _api.PutAsync("/update_job", body)).Must(HttpStatusCode.BadRequest);
        }

        Assert.DoesNotContain("note", (await _api.JobAsync("text")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_counts_as_missing()
    {
        var job = (await _api.AddJobAsync(
            "nulls", """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":1,"replicas":null,"total_epochs":null""")).Job;
        Assert.Equal("1", job["replicas"]!.ToJsonString());

        var updated = await _api.PutAsync(
            "/update_job", """{"job_name":"nulls","gpu_lim":null,"status":null,"note":null}""");
        Assert.Equal(job.ToJsonString(), updated.Must(HttpStatusCode.OK).Job.ToJsonString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=latin1")]
    public async Task The_content_type_is_not_looked_at(string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $$"""{"job_name":"type {{type?.Length}}","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}"""));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        (await _api.SendAsync(new(HttpMethod.Post, "/add_job") { Content = content })).Must(HttpStatusCode.Created);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_body_over_1_MiB_is_too_large_announced_or_not(string method, string path)
    {
        var bytes = new byte[1024 * 1024 + 1];
        Array.Fill(bytes, (byte)' ');
        (await _api.SendAsync(new(new HttpMethod(method), path) { Content = new ByteArrayContent(bytes) }))
            .Must(HttpStatusCode.RequestEntityTooLarge);
        var chunked = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(bytes) };
        chunked.Headers.TransferEncodingChunked = true;
        (await _api.SendAsync(chunked)).Must(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_of_exactly_1_MiB_is_taken()
    {
        var body = """{"job_name":"padded","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""".PadRight(1024 * 1024);
        (await _api.PostAsync("/add_job", body)).Must(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_record_over_64_KiB_is_too_large_and_changes_nothing()
    {
        var known = (await _api.AddJobAsync("large")).Job.ToJsonString();

        var body = new JsonObject { ["job_name"] = "large", ["note"] = new string('x', 70_000) }.ToJsonString();
        (await _api.PutAsync("/update_job", body)).Must(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(known, (await _api.JobAsync("large")).ToJsonString());
        var fits = new JsonObject { ["job_name"] = "large", ["note"] = new string('x', 60_000) }.ToJsonString();
        (await _api.PutAsync("/update_job", fits)).Must(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"names":5}""")]
    [InlineData("""{"names":"a"}""")]
    [InlineData("""{"names":[1]}""")]
    [InlineData("""{"names":[]}""")]
    [InlineData("""{"names":null}""")]
    [InlineData("{}")]
    public async Task Names_to_delete_must_be_a_list_of_texts(string body)
    {
        var answer = await _api.DeleteAsync("/delete", body);
        Assert.Contains("names", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":5}""")]
    [InlineData("""{"name":[]}""")]
    [InlineData("""{"name":true}""")]
    public async Task A_name_to_scale_must_be_a_text(string body)
    {
        var answer = await _api.PostAsync("/scale", body);
        Assert.Contains("name", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/no_such_path", HttpStatusCode.NotFound)]
    [InlineData("GET", "/add_job", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/get_all_jobs", HttpStatusCode.MethodNotAllowed)]
    public async Task What_is_not_served_is_answered_with_an_error_object(
        string method, string path, HttpStatusCode status)
    {
        var answer = await _api.SendAsync(new(new HttpMethod(method), path));
        Assert.False(string.IsNullOrEmpty(answer.Must(status).Error));
    }
}
