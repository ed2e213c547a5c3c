using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>One list on one server.</summary>
internal sealed class QueueClient(SluiceServer server, string number)
{
    private static long s_last = Random.Shared.NextInt64(1_000_000_000, 2_000_000_000);

    /// <summary>A list that no other test has.</summary>
    public static QueueClient Fresh(SluiceServer server) =>
        new(server, Interlocked.Increment(ref s_last).ToString(CultureInfo.InvariantCulture));

    public string Number => number;

    public SluiceServer Server => server;

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("jobix", number);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return server.Api.SendAsync(request);
    }

    /// <summary>Adds jobs in stage 0, compressed, each with its id as its command.</summary>
    public async Task<Answer> SetAsync(IEnumerable<long> ids)
    {
        var body = "{" + string.Join(',', ids.Select(id => FormattableString.Invariant(
            $"\"{id}\":{{\"jobstage\":0,\"jobcmd\":{{\"x\":{id}}}}}"))) + "}";
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(Encoding.UTF8.GetBytes(body));
        }

        return await SendAsync(HttpMethod.Post, "/set", new ByteArrayContent(packed.ToArray()));
    }

    /// <summary>Adds jobs 1 to n in stage 0.</summary>
    public async Task FillAsync(int count) =>
        (await SetAsync(Enumerable.Range(1, count).Select(id => (long)id))).Must(HttpStatusCode.OK);

    /// <summary>Asks for a job; null: none waits.</summary>
    public async Task<HandOut?> TakeAsync(int stage, params (string Name, string Value)[] headers)
    {
        var answer = (await GetAsync($"/get/{stage}", headers)).Must(HttpStatusCode.OK);
        return answer.Text == "\"nada\""
            ? null
            : new((long)answer.Json["jobid"]!, answer.Headers.GetValues("Lease").Single(), answer);
    }

    public Task<Answer> UpdateAsync(long id, int stage, params (string Name, string Value)[] headers) =>
        GetAsync($"/update_job/{id}/{stage}", headers);

    /// <summary>Has jobs whose lifetime is over go back by themselves.</summary>
    public async Task RedeliverAsync() => (await SendAsync(
        HttpMethod.Put, "/api/v1/queue/settings", new StringContent("""{"redeliver":true}"""))).Must(HttpStatusCode.OK);

    public async Task<JsonNode> ProgressAsync() => (await GetAsync("/api/v1/queue")).Must(HttpStatusCode.OK).Json;

    /// <summary>All jobs, by id.</summary>
    public async Task<IReadOnlyDictionary<long, JsonNode>> JobsAsync(string query = "")
    {
        var jobs = new Dictionary<long, JsonNode>();
        for (long? after = null; ;)
        {
            var page = (await GetAsync(FormattableString.Invariant(
                $"/api/v1/queue/jobs?max=10000{(after is { } id ? $"&after={id}" : "")}{query}")))
                .Must(HttpStatusCode.OK).Json;
            foreach (var job in page["jobs"]!.AsArray()) jobs.Add((long)job!["jobid"]!, job);
            after = (long?)page["next"];
            if (after is null) return jobs;
        }
    }
}

/// <summary>A job that was handed out.</summary>
internal sealed record HandOut(long JobId, string Lease, Answer Answer);
