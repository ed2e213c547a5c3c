using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>
/// Sends requests to any of the gateways, as clients behind a load balancer do, and counts what fails.
/// </summary>
internal sealed class ApiClient(IReadOnlyList<Uri> gateways, Tally tally, int seed) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Random _random = new(seed);

    /// <summary>One attempt.</summary>
    /// <returns>Null: it failed, and nobody knows what it did.</returns>
    public async Task<(HttpStatusCode Status, JsonNode? Body)?> TryAsync(
        HttpMethod method, string path, object? body = null, string? key = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(gateways[_random.Next(gateways.Count)], path));
            request.Content = body switch
            {
                null => null,
                string text => new StringContent(text, Encoding.UTF8, "application/json"),
                _ => JsonContent.Create(body),
            };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var answer = await _http.SendAsync(request);
            if ((int)answer.StatusCode >= 500)
            {
                tally.Failed($"{(int)answer.StatusCode}", path, started);
                return null;
            }

            var read = await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync());
            tally.Answered(path, started);
            return (answer.StatusCode, read);
        }
        catch (HttpRequestException failure)
        {
            tally.Failed(failure.HttpRequestError.ToString(), path, started);
            return null;
        }
        catch (TaskCanceledException)
        {
            tally.Failed("timeout", path, started);
            return null;
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            tally.Failed(failure.GetType().Name, path, started);
            return null;
        }
    }

    /// <summary>Attempts until there is an answer.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(
        HttpMethod method, string path, object? body = null, string? key = null)
    {
        while (true)
        {
            if (await TryAsync(method, path, body, key) is { } answer)
            {
                return answer;
            }

            await Task.Delay(Pause);
        }
    }

    public void Dispose() => _http.Dispose();
}
