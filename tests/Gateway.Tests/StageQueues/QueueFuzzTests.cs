using System.Text;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class QueueFuzzTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private const int RequestsPerSeed = 150;

    private static readonly (string Method, string Path)[] Routes =
        [("POST", "/set"), ("POST", "/update_job/1/2"), ("PUT", "/api/v1/queue/settings")];

    private static readonly string[] Names =
    [
        "1", "01", "-1", "+1", "9223372036854775807", "9223372036854775808", "1.0", "x", "", "jobstage", "jobcmd",
        "filename", "redeliver", "max_attempts", "\\u006aobcmd", "\\ud83d\\ude00", "\\ud800",
    ];

    private static readonly string[] Scalars =
    [
        "0", "1", "2.0", "-1", "10000", "10001", "1e2", "1e309", "9223372036854775808", "true", "false", "null", "\"\"",
        "\"a\"", "\"\\u0000\"", "\"é😀\"", "\"\\ud800\"", "NaN", "-", "1.", "\"", "tru",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task No_body_is_answered_with_a_500_and_a_refused_one_reaches_no_list(int seed)
    {
        var random = new Random(seed);
        await GetAsync("/init");
        for (var i = 0; i < RequestsPerSeed; i++)
        {
            var (method, path) = Routes[random.Next(Routes.Length)];
            var body = AnyBody(random);
            var calls = Commands.Count;

            var answer = await SendBytesAsync(method, path, body);

            var shown = $"request {i}: {method} {path} {Convert.ToHexString(body)}";
            Assert.True(answer.Status is 200 or 400, $"{answer.Status} to {shown}");
            if (answer.Status < 400) continue;
            Assert.NotEmpty(answer.Error);
            Assert.True(calls == Commands.Count, $"a list was called for {shown}");
        }
    }

    private static byte[] AnyBody(Random random)
    {
        var text = AnyObject(random, depth: 0);
        var bytes = random.Next(3) switch
        {
            0 => Encoding.UTF8.GetBytes(text),
            1 => Zlib(text),
            _ => Gzip(text),
        };
        if (random.Next(4) == 0) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static string AnyObject(Random random, int depth) => "{" + string.Join(
        ',', Enumerable.Range(0, random.Next(5)).Select(
            _ => $"\"{Names[random.Next(Names.Length)]}\":{AnyValue(random, depth + 1)}")) + "}";

    private static string AnyValue(Random random, int depth) => random.Next(depth > 4 ? 3 : 6) switch
    {
        3 or 4 => AnyObject(random, depth),
        5 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => AnyValue(random, depth + 1)))}]",
        _ => Scalars[random.Next(random.Next(5) == 0 ? Scalars.Length : 16)],
    };
}
