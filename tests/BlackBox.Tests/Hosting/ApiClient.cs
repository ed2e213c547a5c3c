using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>Plain HTTP to one server.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        Timeout = Patience.Deadline,
    };

    public Task<Answer> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path, string body) => SendAsync(HttpMethod.Delete, path, body);

    public Task<Answer> SendAsync(HttpMethod method, string path, string body) =>
        SendAsync(new(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") });

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request);
            return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
        }
    }

    /// <summary>Adds an external job with what is written after its name.</summary>
    public async Task<Answer> AddJobAsync(string name, string rest = """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":1""") =>
        (await PostAsync("/add_job", $$"""{"job_name":{{Quote(name)}},{{rest}}}""")).Must(HttpStatusCode.Created);

    /// <summary>The record of a job; null where there is none.</summary>
    public async Task<JsonNode?> FindJobAsync(string name)
    {
        var answer = await GetAsync("/get_job/" + Uri.EscapeDataString(name));
        return answer.Status == HttpStatusCode.NotFound ? null : answer.Must(HttpStatusCode.OK).Json;
    }

    public async Task<JsonNode> JobAsync(string name) =>
        await FindJobAsync(name) ?? throw new KeyNotFoundException($"there is no job {name}");

    /// <summary>The names of a list, those with the prefix, in its order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string path, string prefix = "") =>
    [
        .. (await GetAsync(path)).Must(HttpStatusCode.OK).Json.AsArray()
            .Select(job => (string)job!["job_name"]!)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)),
    ];

    /// <summary>A checkpoint notification, as trainers send it.</summary>
    public async Task<Answer> NotifyAsync(string name, double at, double epochs) => (await PutAsync(
        "/update_last_checkpoint",
        new JsonObject { ["job_name"] = name, ["last_checkpoint_time"] = at, ["completed_epochs"] = epochs }
            .ToJsonString())).Must(HttpStatusCode.OK);

    /// <summary>The text as a JSON string.</summary>
    public static string Quote(string text) => JsonValue.Create(text)!.ToJsonString();

    public void Dispose() => _http.Dispose();
}
