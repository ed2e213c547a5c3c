using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Gateway.Tests;

public sealed class FuzzTests : IClassFixture<GatewayFixture>
{
    private const int RequestsPerSeed = 150;

    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", "/add_job"), ("PUT", "/update_last_checkpoint"), ("PUT", "/update_job_status"),
        ("PUT", "/update_job"), ("PUT", "/increment_restarts"), ("DELETE", "/delete_job"), ("DELETE", "/delete"),
        ("POST", "/scale"), ("POST", "/deploy"),
    ];

    private static readonly string[] Names =
    [
        "job_name", "gpu_req", "gpu_lim", "gpu_assigned", "replicas", "total_epochs", "job_arrival_time",
        "last_checkpoint_time", "completed_epochs", "time_bw_checkpoints", "status", "restarts", "name", "names",
        "own", "", "\\u006aob_name", "\\ud83d\\ude00",
    ];

    private static readonly string[] Scalars =
    [
        "0", "1", "2.0", "-1", "0.53", "1e2", "1e308", "1e309", "-0.0", "9223372036854775807", "9223372036854775808",
        "1701234567.25", "true", "false", "null", "\"\"", "\"a\"", "\"a/b\"", "\"\\u0000\"", "\"\\ud800\"", "\"é😀\"",
        "\"2\"", "NaN", "Infinity", "-", "1.", "\"", "tru",
    ];

    private readonly TestGateway _gateway;

    public FuzzTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task No_body_is_answered_with_a_500_and_a_refused_one_reaches_no_grain(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < RequestsPerSeed; i++)
        {
            var (method, path) = Routes[random.Next(Routes.Length)];
            var body = AnyBody(random);
            var calls = _gateway.Grains.Calls.Count;
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

            var answer = await _gateway.SendAsync(method, path, content);

            var shown = $"request {i}: {method} {path} {Encoding.Latin1.GetString(body)}";
            Assert.True(answer.Status is 200 or 201 or 400 or 404, $"{answer.Status} to {shown}");
            if (answer.Status < 400) continue;
            Assert.NotEmpty(answer.Error);
            Assert.True(calls == _gateway.Grains.Calls.Count, $"a grain was called for {shown}");
        }
    }

    private static byte[] AnyBody(Random random)
    {
        if (random.Next(10) == 0)
        {
            var noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = Encoding.UTF8.GetBytes(AnyObject(random, depth: 0));
        // One byte in some of them is not what it was.
        if (random.Next(4) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static string AnyObject(Random random, int depth)
    {
        var fields = Enumerable.Range(0, random.Next(6))
            .Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{AnyValue(random, depth + 1)}").ToList();
        if (depth == 0 && random.Next(4) > 0) fields.Add("\"job_name\":\"a\"");
        return $"{{{string.Join(',', fields)}}}";
    }

    private static string AnyValue(Random random, int depth) => random.Next(depth > 4 ? 6 : 9) switch
    {
        6 => AnyObject(random, depth),
        7 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => AnyValue(random, depth + 1)))}]",
        8 => new string('[', random.Next(70)) + new string(']', random.Next(70)),
        // Mostly what is valid: what is not stands at the end of the list.
        _ => Scalars[random.Next(random.Next(5) == 0 ? Scalars.Length : 22)],
    };
}
