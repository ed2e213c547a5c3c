using System.Text;

namespace Sluice.Gateway.Tests;

public sealed class BadBodyTests : IClassFixture<GatewayFixture>
{
    private const string CheckpointRequired = "job_name, last_checkpoint_time, and completed_epochs are required";

    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", "/add_job"), ("PUT", "/update_last_checkpoint"), ("PUT", "/update_job_status"),
        ("PUT", "/update_job"), ("PUT", "/increment_restarts"), ("DELETE", "/delete_job"), ("DELETE", "/delete"),
        ("POST", "/scale"),
    ];

    private readonly TestGateway _gateway;

    public BadBodyTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    public static TheoryData<string, string, string> Unreadable
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            string[] bodies =
            [
                "nonsense", "{", "{\"job_name\"", "{\"job_name\":", "{\"job_name\":\"a\",}", "{'job_name':'a'}",
                "{\"job_name\":\"a\"} x", "{\"job_name\":\"a\"}{}", "{\"job_name\":NaN}", "{\"job_name\":Infinity}",
                "{\"job_name\":-Infinity}", "{\"job_name\":01}", "{\"job_name\":+1}", "{\"job_name\":.5}",
                "{\"job_name\":\"a\u0001\"}", "{\"job_name\":\"\\x\"}", "/* c */ {\"job_name\":\"a\"}",
                "[]", "[{\"job_name\":\"a\"}]", "\"text\"", "12", "true", "null", " ",
                "{\"job_name\":\"\\ud800\"}", "{\"job_name\":\"\\udc00\\ud800\"}", "{\"\\ud800\":1,\"job_name\":\"a\"}",
                "{\"job_name\":\"a\",\"x\":[\"\\udfff\"]}", "{\"job_name\":\"a\",\"x\":{\"\\ud800\":1}}",
                "{\"job_name\":\"a\",\"x\":" + new string('[', 40) + new string(']', 40) + "}",
            ];
            foreach (var (method, path) in Routes)
            {
                foreach (var body in bodies) data.Add(method, path, body);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_is_no_json_object_of_valid_text_gets_400_and_reaches_no_grain(
        string method, string path, string body)
    {
        var answer = await _gateway.SendAsync(method, path, body);

        Assert.Equal(400, answer.Status);
        Assert.NotEmpty(answer.Error);
        Assert.Empty(_gateway.Grains.Calls);
    }

    [Fact]
    public async Task An_empty_body_gets_400_everywhere_but_where_it_is_optional()
    {
        foreach (var (method, path) in Routes.Where(route => route.Path != "/scale"))
        {
            Assert.Equal((path, 400), (path, (await _gateway.SendAsync(method, path, "")).Status));
            Assert.Equal((path, 400), (path, (await _gateway.SendAsync(method, path, (string?)null)).Status));
        }

        Assert.Empty(_gateway.Grains.Calls);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xe2, 0x82 })]
    public async Task Bytes_that_are_no_utf8_get_400_wherever_they_stand(byte[] wrong)
    {
        foreach (var (method, path) in Routes.Append(("POST", "/deploy")))
        {
            using var content = new ByteArrayContent(
                [.. "{\"job_name\":\"a\",\"name\":\"a\",\"names\":[\"a\"],\"x\":\""u8, .. wrong, .. "\"}"u8]);
            var answer = await _gateway.SendAsync(method, path, content);
            Assert.Equal((path, 400), (path, answer.Status));
            Assert.Contains("UTF-8", answer.Error, StringComparison.Ordinal);
        }

        Assert.Empty(_gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("{\"job_name\":\"a\",\"last_checkpoint_time\":NaN,\"completed_epochs\":1}", "last_checkpoint_time")]
    [InlineData("{\"job_name\":\"a\",\"last_checkpoint_time\":1,\"completed_epochs\":-Infinity}", "completed_epochs")]
    [InlineData("{\"job_name\":\"a\",\"last_checkpoint_time\":\"\\ud800\"}", "last_checkpoint_time")]
    public async Task What_is_wrong_inside_a_field_is_told_with_the_fields_name(string body, string field)
    {
        var answer = await _gateway.SendAsync("PUT", "/update_last_checkpoint", body);

        Assert.Contains(field, answer.Error, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string, string> Refused => new()
    {
        { "POST", "/add_job", "{}", "job_name is required" },
        { "POST", "/add_job", """{"job_name":null}""", "job_name is required" },
        { "POST", "/add_job", """{"job_name":""}""", "job_name is required" },
        { "POST", "/add_job", """{"gpu_req":"x","gpu_lim":1}""", "job_name is required" },
        { "POST", "/add_job", """{"job_name":"a"}""", "gpu_req is required" },
        { "POST", "/add_job", """{"job_name":"a","gpu_req":null,"gpu_lim":1,"gpu_assigned":1}""",
            "gpu_req is required" },
        { "POST", "/add_job", """{"job_name":"a","gpu_assigned":1}""", "gpu_req is required" },
        { "POST", "/add_job", """{"job_name":"a","gpu_req":1}""", "gpu_lim is required" },
        { "POST", "/add_job", """{"job_name":"a","gpu_req":"x"}""", "gpu_lim is required" },
        { "POST", "/add_job", """{"job_name":"a","gpu_req":1,"gpu_lim":1}""", "gpu_assigned is required" },
        { "POST", "/add_job", """{"job_name":"a/b","gpu_req":1,"gpu_lim":1}""", "gpu_assigned is required" },
        { "PUT", "/update_job", "{}", "job_name is required" },
        { "PUT", "/update_job", """{"job_name":"","gpu_req":"x"}""", "job_name is required" },
        { "PUT", "/update_job", """{"job_name":7}""", "job_name must be a string" },
        { "PUT", "/increment_restarts", "{}", "job_name is required" },
        { "PUT", "/increment_restarts", """{"job_name":""}""", "job_name is required" },
        { "PUT", "/increment_restarts", """{"job_name":false}""", "job_name must be a string" },
        { "DELETE", "/delete_job", "{}", "job_name is required" },
        { "DELETE", "/delete_job", """{"job_name":""}""", "job_name is required" },
        { "DELETE", "/delete_job", """{"job_name":["a"]}""", "job_name must be a string" },
        { "PUT", "/update_last_checkpoint", "{}", CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"job_name":"a"}""", CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"job_name":"a","last_checkpoint_time":1}""", CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"job_name":"a","completed_epochs":1}""", CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"last_checkpoint_time":1,"completed_epochs":1}""", CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"job_name":"","last_checkpoint_time":1,"completed_epochs":1}""",
            CheckpointRequired },
        { "PUT", "/update_last_checkpoint", """{"job_name":"a","last_checkpoint_time":null,"completed_epochs":"x"}""",
            CheckpointRequired },
        { "PUT", "/update_job_status", "{}", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"job_name":"a"}""", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"status":"a"}""", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"job_name":"a","status":""}""", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"job_name":"","status":"a"}""", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"job_name":"a","status":null}""", "job_name and status are required" },
        { "PUT", "/update_job_status", """{"job_name":"a","status":1}""", "status must be a string" },
        { "PUT", "/update_job_status", """{"job_name":{},"status":"x"}""", "job_name must be a string" },
        { "POST", "/scale", """{"name":1}""", "name must be a string" },
        { "POST", "/scale", """{"name":""}""", "name must not be empty" },
        { "DELETE", "/delete", "{}", "names is required" },
        { "DELETE", "/delete", """{"names":null}""", "names is required" },
        { "DELETE", "/delete", """{"names":[]}""", "names must be an array of 1 to 1000 strings" },
        { "DELETE", "/delete", """{"names":"a"}""", "names must be an array of 1 to 1000 strings" },
        { "DELETE", "/delete", """{"names":{"a":"b"}}""", "names must be an array of 1 to 1000 strings" },
        { "DELETE", "/delete", """{"names":["a",1]}""", "names must be an array of 1 to 1000 strings" },
        { "DELETE", "/delete", """{"names":["a",["b"]]}""", "names must be an array of 1 to 1000 strings" },
        { "DELETE", "/delete", """{"names":["a",{"b":["c"]},"d"]}""", "names must be an array of 1 to 1000 strings" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_missing_is_told_in_the_documented_words_and_order(
        string method, string path, string body, string error)
    {
        var answer = await _gateway.SendAsync(method, path, body);

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(_gateway.Grains.Calls);
    }

    public static TheoryData<string, string, string, string, string> WrongTypes
    {
        get
        {
            var data = new TheoryData<string, string, string, string, string>();
            string[] notNumbers = ["\"2\"", "true", "false", "[]", "[1]", "{}", "{\"a\":{}}", "\"\"", "\"NaN\""];
            string[] notIntegers = ["2.5", "-0.1", "1e-3", "1e19", "9223372036854775808", "-9223372036854775809",
                "123456789012345678901234567890", "1e400", "-1e999"];
            string[] hugeNumbers = ["1e400", "-1e999", "9223372036854775808", "9007199254740993",
                "123456789012345678901234567890"];
            foreach (var (name, isInteger) in Fields)
            {
                string[] wrong = [.. notNumbers, .. isInteger ? notIntegers : hugeNumbers];
                foreach (var value in wrong)
                {
                    data.Add("PUT", "/update_job", "", name, value);
                    if (name is "gpu_req" or "gpu_lim" or "gpu_assigned" or "replicas" or "total_epochs"
                        or "job_arrival_time")
                    {
                        data.Add("POST", "/add_job", "\"gpu_req\":1,\"gpu_lim\":1,\"gpu_assigned\":1,", name, value);
                    }

                    if (name is "last_checkpoint_time" or "completed_epochs" or "total_epochs")
                    {
                        data.Add("PUT", "/update_last_checkpoint",
                            "\"last_checkpoint_time\":1,\"completed_epochs\":1,", name, value);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public async Task A_value_of_the_wrong_type_is_refused_by_its_fields_name(
        string method, string path, string others, string field, string value)
    {
        var answer = await _gateway.SendAsync(method, path, $$"""{"job_name":"a",{{others}}"{{field}}":{{value}}}""");

        Assert.Equal(400, answer.Status);
        Assert.StartsWith($"{field} must be ", answer.Error, StringComparison.Ordinal);
        Assert.Empty(_gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("[1,[-1e999]]")]
    [InlineData("{\"deep\":1e309}")]
    public async Task A_number_that_no_reader_could_read_is_not_stored(string value)
    {
        var answer = await _gateway.SendAsync("PUT", "/update_job", $$"""{"job_name":"a","own":{{value}}}""");

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("own must ", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\u0000b")]
    [InlineData("a\\u001fb")]
    [InlineData("\\n")]
    [InlineData("\\u007f")]
    [InlineData("\\u0085")]
    [InlineData("/")]
    public async Task A_name_that_no_job_may_have_is_refused_for_a_new_job_and_unknown_elsewhere(string name)
    {
        var added = await _gateway.SendAsync("POST", "/add_job",
            $$"""{"job_name":"{{name}}","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""");
        var deleted = await _gateway.SendAsync("DELETE", "/delete_job", $$"""{"job_name":"{{name}}"}""");
        var scaled = await _gateway.SendAsync("POST", "/scale", $$"""{"name":"{{name}}"}""");

        Assert.Equal((400, "job_name must be 1 to 253 characters without control characters or '/'"),
            (added.Status, added.Error));
        Assert.Equal((404, "Job not found"), (deleted.Status, deleted.Error));
        Assert.Equal((404, "Job not found"), (scaled.Status, scaled.Error));
        Assert.Empty(_gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("a", 253, 201)]
    [InlineData("a", 254, 400)]
    [InlineData("é", 253, 201)]
    [InlineData("\U0001F600", 253, 201)]
    [InlineData("\U0001F600", 254, 400)]
    [InlineData(" ", 1, 201)]
    public async Task The_length_of_a_name_is_counted_in_code_points(string character, int count, int status)
    {
        var name = string.Concat(Enumerable.Repeat(character, count));

        var answer = await _gateway.SendAsync("POST", "/add_job",
            $$"""{"job_name":"{{name}}","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""");

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_body_of_a_mebibyte_is_read_and_one_byte_more_gets_413()
    {
        var fits = Samples.Add + new string(' ', (1024 * 1024) - Samples.Add.Length);
        foreach (var isChunked in new[] { false, true })
        {
            using var fitting = new BodyContent(Encoding.UTF8.GetBytes(fits), isChunked);
            using var tooLarge = new BodyContent(Encoding.UTF8.GetBytes(fits + " "), isChunked);
            Assert.Equal(201, (await _gateway.SendAsync("POST", "/add_job", fitting)).Status);
            var answer = await _gateway.SendAsync("POST", "/add_job", tooLarge);
            Assert.Equal((413, "the body must be at most 1048576 bytes"), (answer.Status, answer.Error));
        }

        Assert.Equal(413, (await _gateway.SendAsync("POST", "/deploy", fits + " ")).Status);
        Assert.Equal(413, (await _gateway.SendAsync("DELETE", "/delete", fits + " ")).Status);
    }

    private static readonly (string Field, bool IsInteger)[] Fields =
    [
        ("gpu_req", true), ("gpu_lim", true), ("gpu_assigned", true), ("replicas", true), ("restarts", true),
        ("total_epochs", false), ("job_arrival_time", false), ("last_checkpoint_time", false),
        ("completed_epochs", false), ("time_bw_checkpoints", false),
    ];

    private sealed class BodyContent(byte[] bytes, bool isChunked) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return !isChunked;
        }
    }
}
