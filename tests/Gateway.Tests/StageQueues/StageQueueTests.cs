using System.IO.Compression;
using System.Text;

namespace Sluice.Gateway.Tests.StageQueues;

/// <summary>What tests of the stage queue's routes have in common: one gateway, fresh answers, one list.</summary>
public abstract class StageQueueTests : IClassFixture<GatewayFixture>
{
    protected const string Jobix = "42";

    protected StageQueueTests(GatewayFixture fixture)
    {
        Gateway = fixture.Gateway;
        Gateway.Grains.Reset();
    }

    private protected TestGateway Gateway { get; }

    private protected FakeGrains Grains => Gateway.Grains;

    /// <summary>The calls without the look-ups of numbers.</summary>
    private protected IReadOnlyList<GrainCall> Commands => [.. Grains.Calls.Where(call => call.Method != "IsKnown")];

    private protected Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("GET", path, null, Jobix, headers);

    private protected Task<Answer> SendAsync(
        string method, string path, string? body = null, string? jobix = Jobix,
        params (string Name, string Value)[] headers) =>
        SendBytesAsync(
            method, path, body is null || method == "GET" ? null : Encoding.UTF8.GetBytes(body), jobix, headers);

    private protected async Task<Answer> SendBytesAsync(
        string method, string path, byte[]? body, string? jobix = Jobix,
        params (string Name, string Value)[] headers)
    {
        using var content = body is null ? null : new ByteArrayContent(body);
        return await Gateway.SendAsync(
            method, path, content, [.. jobix is null ? [] : new[] { ("jobix", jobix) }, .. headers]);
    }

    /// <summary>The one command that the list got.</summary>
    private protected T Command<T>() => Assert.IsType<T>(Assert.Single(Commands).Command);

    protected static byte[] Zlib(string text) => Zlib(Encoding.UTF8.GetBytes(text));

    protected static byte[] Zlib(byte[] bytes) =>
        Pack(bytes, stream => new ZLibStream(stream, CompressionLevel.Optimal));

    protected static byte[] Gzip(string text) =>
        Pack(Encoding.UTF8.GetBytes(text), stream => new GZipStream(stream, CompressionLevel.Optimal));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (var stream = pack(packed)) stream.Write(bytes);
        return packed.ToArray();
    }
}
