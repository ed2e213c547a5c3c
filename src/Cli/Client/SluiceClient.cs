using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Client;

/// <summary>
/// The server's routes that the commands use. A server that does not answer is a <see cref="CliFailure"/>; what it
/// answers is returned, refusals included, unless a method says otherwise. Nothing is sent twice.
/// </summary>
internal sealed class SluiceClient : IDisposable
{
    /// <summary>Of one request, its answer included.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of output asked for at a time; the server's most is 1 MiB.</summary>
    public const int LogPageBytes = 256 * 1024;

    private readonly ServerAddress _address;
    private readonly HttpClient _http;
    private readonly Progress _progress;

    /// <param name="address">The server.</param>
    /// <param name="progress">Shows requests that take long; null: nothing is shown.</param>
    public SluiceClient(ServerAddress address, Progress? progress = null)
    {
        _address = address;
        _progress = progress ?? new(console: null, TimeProvider.System);
        // A proxy of the environment is for the world outside, not for this machine.
        var handler = new SocketsHttpHandler
        {
            UseProxy = !address.BaseAddress.IsLoopback,
            // Numbers of lists are for the server that was named, and for no other.
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        _http = new HttpClient(handler) { BaseAddress = address.BaseAddress, Timeout = RequestTimeout };
        if (address.Token is { } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Task<ServerAnswer> DeployAsync(string manifest, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "deploy",
            new StringContent(manifest, Encoding.UTF8, "application/yaml"),
            cancellationToken);

    /// <param name="name">Null: the best candidate.</param>
    /// <param name="cancellationToken">Ends the wait, not what the server does.</param>
    public Task<ServerAnswer> ScaleAsync(string? name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "scale", Body(new { name }), cancellationToken);

    /// <summary>
    /// Wishes for a GPU count of a managed job; what it gets is clipped to its range and to what fits.
    /// </summary>
    public Task<ServerAnswer> WishAsync(string name, int gpus, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, "update_job", Body(new { job_name = name, gpu_assigned = gpus }), cancellationToken);

    public Task<ServerAnswer> DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, "delete", Body(new { names }), cancellationToken);

    /// <param name="limit">The first so many; null: all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<ServerAnswer> ListJobsAsync(int? limit, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get,
            limit is { } n ? string.Create(CultureInfo.InvariantCulture, $"get_all_jobs?limit={n}") : "get_all_jobs",
            content: null,
            cancellationToken);

    public async Task<JobRecord[]> ReadJobsAsync(CancellationToken cancellationToken) =>
        Accepted(await ListJobsAsync(limit: null, cancellationToken)).Read<JobRecord[]>();

    public Task<ServerAnswer> DescribeAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, JobPath(name), content: null, cancellationToken);

    public Task<ServerAnswer> ExplainAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, JobPath(name) + "/explain", content: null, cancellationToken);

    /// <param name="manifest">Of the job that would come.</param>
    /// <param name="seconds">How long it trains with its least GPUs; null: nobody says.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<ServerAnswer> AskWhatIfAsync(string manifest, int? seconds, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "api/v1/whatif"
                + (seconds is { } said ? string.Create(CultureInfo.InvariantCulture, $"?seconds={said}") : ""),
            new StringContent(manifest, Encoding.UTF8, "application/yaml"),
            cancellationToken);

    /// <param name="job">Of this job alone; null: all.</param>
    /// <param name="after">Those after this number; null: the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="wait">How long the server may wait for one where there is none; whole seconds.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public Task<ServerAnswer> ReadEventsAsync(
        string? job, long? after, int limit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"api/v1/events?limit={limit}")
            + (after is { } number ? string.Create(CultureInfo.InvariantCulture, $"&after={number}") : "")
            + (wait > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"&wait={wait.TotalSeconds:F0}") : "")
            + (job is null ? "" : "&job=" + Uri.EscapeDataString(job));
        return SendAsync(HttpMethod.Get, path, content: null, cancellationToken);
    }

    public Task<ServerAnswer> GetCapacityAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/v1/capacity", content: null, cancellationToken);

    public async Task<CapacityView> ReadCapacityAsync(CancellationToken cancellationToken) =>
        Accepted(await GetCapacityAsync(cancellationToken)).Read<CapacityView>();

    /// <summary>A piece of a job's output; empty at its present end.</summary>
    public async Task<LogPage> ReadLogAsync(string name, int rank, long offset, CancellationToken cancellationToken)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"{JobPath(name)}/logs?rank={rank}&offset={offset}&max={LogPageBytes}");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendRawAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw (await ReadAnswerAsync(response, cancellationToken)).AsFailure();
        }

        var bytes = await ReachingAsync(
            () => response.Content.ReadAsByteArrayAsync(cancellationToken), cancellationToken);
        var next = response.Headers.TryGetValues("Sluice-Next-Offset", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var said)
                ? said
                : offset + bytes.Length;
        return new(bytes, next);
    }

    /// <summary>The metrics of the process that answers, as Prometheus reads them.</summary>
    public Task<ServerAnswer> ReadMetricsAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "metrics", content: null, cancellationToken);

    public Task<ServerAnswer> AskReadyAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "readyz", content: null, cancellationToken);

    /// <summary>True once the server says that it is ready; false while it does not answer or is not.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await AskReadyAsync(cancellationToken)).IsSuccess;
        }
        catch (CliFailure)
        {
            return false;
        }
    }

    /// <summary>For requests that carry more than a path and a body.</summary>
    public Task<ServerAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _progress.ShowAsync($"waiting for the server at {_address}", async _ =>
        {
            using var response = await SendRawAsync(request, cancellationToken);
            return await ReadAnswerAsync(response, cancellationToken);
        });

    public void Dispose() => _http.Dispose();

    public static ServerAnswer Accepted(ServerAnswer answer) => answer.IsSuccess ? answer : throw answer.AsFailure();

    private static string JobPath(string name) => "api/v1/jobs/" + Uri.EscapeDataString(name);

    private static StringContent Body(object value) =>
        new(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json");

    private async Task<ServerAnswer> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        return await SendAsync(request, cancellationToken);
    }

    private Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        ReachingAsync(
            () => _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken),
            cancellationToken);

    private async Task<ServerAnswer> ReadAnswerAsync(
        HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(
            response.StatusCode,
            await ReachingAsync(() => response.Content.ReadAsStringAsync(cancellationToken), cancellationToken));

    private async Task<T> ReachingAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException exception)
        {
            var cause = exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                ? "connection refused"
                : exception.InnerException?.Message ?? exception.Message;
            throw CliFailure.Unreachable(
                $"no server answers at {_address} ({cause}); start one with 'sluice server', or name it with --server");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CliFailure.Unreachable(
                $"the server at {_address} did not answer within {RequestTimeout.TotalSeconds:F0} s");
        }
    }
}

/// <summary>A piece of output.</summary>
/// <param name="Bytes">What was written.</param>
/// <param name="NextOffset">Where the next piece starts.</param>
internal sealed record LogPage(byte[] Bytes, long NextOffset);
