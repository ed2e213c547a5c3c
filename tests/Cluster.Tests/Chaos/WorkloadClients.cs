using System.Text.Json.Nodes;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>
/// Deploys, resizes and deletes managed jobs, lets some complete, and looks meanwhile that no node has given out more
/// than it has.
/// </summary>
internal sealed class WorkloadClients(
    IReadOnlyList<Uri> gateways, Tally tally, RecordingExecutor executor, int count)
{
    /// <summary>No more may be named in a request.</summary>
    private const int MaxNames = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        [.. Enumerable.Range(0, count).Select(client => RunAsync(client, stop)), WatchAsync(stop)]);

    /// <summary>Nothing is held, and nothing waits, once all jobs are deleted.</summary>
    public async Task DrainAsync()
    {
        using var api = new ApiClient(gateways, tally, seed: 0);
        var left = "";
        try
        {
            await Eventually.IsTrueAsync(IsDoneAsync, "all jobs are gone and all GPUs are free");
        }
        catch (TimeoutException)
        {
            tally.Break($"left at the end: {left}\n{await DescribeAsync(api)}");
        }

        async Task<bool> IsDoneAsync()
        {
            var (_, jobs) = await api.SendAsync(HttpMethod.Get, "/get_all_jobs");
            var names = jobs!.AsArray().Select(job => (string)job!["job_name"]!)
                .Where(name => name.StartsWith("work-", StringComparison.Ordinal)).Take(MaxNames).ToArray();
            if (names.Length > 0)
            {
                await api.SendAsync(HttpMethod.Delete, "/delete", new { names });
            }

            var (_, capacity) = await api.SendAsync(HttpMethod.Get, "/api/v1/capacity");
            left = $"{string.Join(' ', names)} {capacity!["allocations"]!.ToJsonString()}";
            return names.Length == 0 && capacity["allocations"]!.AsArray().Count == 0;
        }
    }

    /// <summary>What each side knows of what is left, for whoever looks for the cause.</summary>
    private async Task<string> DescribeAsync(ApiClient api)
    {
        var (_, capacity) = await api.SendAsync(HttpMethod.Get, "/api/v1/capacity");
        var (_, events) = await api.SendAsync(HttpMethod.Get, "/api/v1/events?limit=100");
        return $"ledger: {capacity!.ToJsonString()}\nexecutor: {executor.Describe()}\nevents: {events!.ToJsonString()}";
    }

    private async Task RunAsync(int client, CancellationToken stop)
    {
        using var api = new ApiClient(gateways, tally, seed: 1000 + client);
        var random = new Random(1000 + client);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var name = $"work-{client}-{number}";
            var (status, body) = await api.SendAsync(HttpMethod.Post, "/deploy", Manifest(name, random));
            if (status != HttpStatusCode.OK && status != HttpStatusCode.Created)
            {
                tally.Break($"the deployment of {name} was answered with {status}: {body?.ToJsonString()}");
            }

            for (var step = random.Next(1, 6); step > 0; step--)
            {
                await Task.Delay(Pause * random.Next(1, 10), CancellationToken.None);
                await ChangeAsync(api, name, random);
            }

            if (random.Next(3) > 0)
            {
                await api.SendAsync(HttpMethod.Delete, "/delete_job", new { job_name = name });
            }
        }
    }

    private async Task ChangeAsync(ApiClient api, string name, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                await api.SendAsync(HttpMethod.Post, "/scale", new { name });
                break;
            case 1:
                await api.SendAsync(
                    HttpMethod.Put, "/update_job", new { job_name = name, gpu_assigned = random.Next(1, 9) });
                break;
            case 2:
                executor.CompleteOne(random);
                break;
            default:
                await api.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{name}");
                break;
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var api = new ApiClient(gateways, tally, seed: 2000);
        while (!stop.IsCancellationRequested)
        {
            if (await api.TryAsync(HttpMethod.Get, "/api/v1/capacity") is { Body: { } capacity })
            {
                Check(capacity);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>No GPU is held twice, nor one that a node has not.</summary>
    private void Check(JsonNode capacity)
    {
        var holders = new Dictionary<(string Node, int Gpu), string>();
        foreach (var allocation in capacity["allocations"]!.AsArray())
        {
            var uid = (string)allocation!["uid"]!;
            var blocks = allocation["decided"]!["blocks"]!.AsArray().Concat(allocation["giving_back"]!.AsArray());
            foreach (var block in blocks)
            {
                foreach (var gpu in block!["gpus"]!.AsArray())
                {
                    var held = ((string)block["node"]!, (int)gpu!);
                    if (holders.TryGetValue(held, out var other) && other != uid)
                    {
                        tally.Break($"{held} is held by {uid} and by {other}");
                    }

                    holders[held] = uid;
                }
            }
        }

        foreach (var node in capacity["nodes"]!.AsArray())
        {
            var name = (string)node!["name"]!;
            if (holders.Keys.Count(held => held.Node == name) > (int)node["gpu_count"]!)
            {
                tally.Break($"{name} has given out more GPUs than it has");
            }
        }
    }

    private static string Manifest(string name, Random random)
    {
        var (least, most) = (random.Next(1, 5), random.Next(5, 9));
        return $$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {{name}}
            spec:
              restartPolicy: OnFailure
              containers:
              - name: main
                command: [sleep, "1000"]
                resources:
                  requests: { nvidia.com/gpu: {{least}} }
                  limits: { nvidia.com/gpu: {{most}} }
            """;
    }
}
