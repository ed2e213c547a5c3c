using System.Globalization;
using System.Net;
using System.Text;

namespace Sluice.Bench.Servers;

/// <summary>
/// The requests beside the load. Their callers go on off the sockets' thread, which
/// <see cref="Load.LoadGenerator.UseOneThread"/> makes a place where nothing may wait.
/// </summary>
internal sealed class ControlClient(Uri server) : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(2);

    private readonly HttpClient _client = new() { BaseAddress = server, Timeout = LongestAnswer };

    public async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, cancellationToken);
    }

    public async Task PutAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new ByteArrayContent(body) };
        var (status, _) = await SendAsync(request, cancellationToken);
        if (status is not HttpStatusCode.OK) throw new BenchFailure($"{path} was answered {(int)status}");
    }

    public async Task<(HttpStatusCode Status, byte[] Body)> PostAsync(
        string path, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Asks about a stage queue.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Of the request.</param>
    /// <param name="list">The number that names it.</param>
    /// <param name="body">Of a POST.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<byte[]> AskListAsync(
        HttpMethod method, string path, long list, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        request.Headers.Add("jobix", list.ToString(CultureInfo.InvariantCulture));
        var (status, answer) = await SendAsync(request, cancellationToken);
        return status is HttpStatusCode.OK
            ? answer
            : throw new BenchFailure($"{path} was answered {(int)status} {Encoding.UTF8.GetString(answer)}");
    }

    public async Task DeleteAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path) { Content = new ByteArrayContent(body) };
        await SendAsync(request, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.SendAsync(request, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            await Task.Yield();
            return (answer.StatusCode, body);
        }
        catch (HttpRequestException problem)
        {
            throw new BenchFailure($"{request.Method} {request.RequestUri}: {problem.Message}", problem);
        }
        catch (TaskCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchFailure(
                $"{request.Method} {request.RequestUri} was not answered within {LongestAnswer.TotalSeconds} s", problem);
        }
    }
}
