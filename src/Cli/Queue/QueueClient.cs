using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sluice.Cli.Client;

namespace Sluice.Cli.Queue;

/// <summary>
/// The server's routes about one list. Refusals are a <see cref="CliFailure"/>. Nothing is sent twice unless a method
/// says so; none does before the server has answered once.
/// </summary>
internal sealed class QueueClient(SluiceClient client, QueueNumber number, TimeProvider time) : IDisposable
{
    /// <summary>A server that is being restarted is waited for this long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const string NumberHeader = "jobix";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private bool _hasAnswered;

    public Task<ServerAnswer> ReadProgressAsync(CancellationToken cancellationToken) =>
        GetAsync("api/v1/queue", cancellationToken);

    /// <param name="after">Those with higher ids; null: from the lowest.</param>
    /// <param name="max">At most so many, 1 to 10,000.</param>
    /// <param name="flagged">True: only those over their time.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<ServerAnswer> ReadJobsAsync(long? after, int max, bool flagged, CancellationToken cancellationToken) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"api/v1/queue/jobs?max={max}")
                + (after is { } id ? string.Create(CultureInfo.InvariantCulture, $"&after={id}") : "")
                + (flagged ? "&flagged=true" : ""),
            cancellationToken);

    /// <summary>Sets lifetimes where none are set. It may be repeated, and is where the server is away.</summary>
    /// <returns>Which hold.</returns>
    public Task<ServerAnswer> InitializeAsync(IEnumerable<double> minutes, CancellationToken cancellationToken) =>
        InsistAsync(
            () => GetAsync(
                "init/" + string.Join('/', minutes.Select(one => one.ToString("R", CultureInfo.InvariantCulture))),
                cancellationToken),
            cancellationToken);

    /// <summary>Changes the settings that are not null. It may be repeated, and is where the server is away.</summary>
    public Task<ServerAnswer> ChangeSettingsAsync(
        bool? redeliver, int? maxAttempts, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, object>();
        if (redeliver is { } isOn) settings["redeliver"] = isOn;
        if (maxAttempts is { } most) settings["max_attempts"] = most;
        return InsistAsync(
            () => SendAsync(
                HttpMethod.Put,
                "api/v1/queue/settings",
                () => new StringContent(JsonSerializer.Serialize(settings), Encoding.UTF8, "application/json"),
                cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Adds the jobs of a JSON object; those that are there are left alone. It may be repeated, and is where the
    /// server is away.
    /// </summary>
    public Task<ServerAnswer> AddAsync(ReadOnlyMemory<byte> jobs, CancellationToken cancellationToken)
    {
        var packed = Pack(jobs);
        return InsistAsync(
            () => SendAsync(HttpMethod.Post, "set", () => new ByteArrayContent(packed), cancellationToken),
            cancellationToken);
    }

    public Task<ServerAnswer> RedoAsync(int stage, int to, CancellationToken cancellationToken) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"check_stages/{stage}/{to}"), cancellationToken);

    public void Dispose() => client.Dispose();

    private static byte[] Pack(ReadOnlyMemory<byte> content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(content.Span);
        }

        return packed.ToArray();
    }

    private Task<ServerAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, () => null, cancellationToken);

    private async Task<ServerAnswer> SendAsync(
        HttpMethod method, string path, Func<HttpContent?> content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content() };
        request.Headers.Add(NumberHeader, number.Text);
        var answer = SluiceClient.Accepted(await client.SendAsync(request, cancellationToken));
        _hasAnswered = true;
        return answer;
    }

    private async Task<ServerAnswer> InsistAsync(Func<Task<ServerAnswer>> send, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await send();
            }
            catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unreachable
                && _hasAnswered && time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(PollInterval, time, cancellationToken);
            }
        }
    }
}
