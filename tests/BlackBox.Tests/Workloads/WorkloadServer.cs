using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>What tests of managed jobs ask of a server again and again.</summary>
internal static class WorkloadServer
{
    public static Task<Answer> DeployAsync(this SluiceServer server, string manifest) =>
        server.Api.PostAsync("/deploy", manifest);

    /// <summary>Deploys, and waits until all processes have noted their start.</summary>
    public static async Task<JsonNode> RunJobAsync(
        this SluiceServer server, HolderJobs jobs, string manifest, int replicas = 1)
    {
        var job = (await server.DeployAsync(manifest)).Must(HttpStatusCode.Created).Job;
        var name = (string)job["job_name"]!;
        await Patience.UntilAsync(() => jobs.Starts(name).Count == replicas, $"{name} runs; {server.Log}");
        await server.JobEventuallyAsync(name, job => Status(job) == "running", "runs");
        return job;
    }

    public static async Task JobEventuallyAsync(
        this SluiceServer server, string name, Func<JsonNode, bool> condition, string what)
    {
        JsonNode? last = null;
        try
        {
            await Patience.UntilAsync(
                async () =>
                    (last = await server.Api.FindJobAsync(name)) is { } job && condition(job), $"{name} {what}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}, but {last?.ToJsonString()}; {server.Log}", late);
        }
    }

    public static Task StatusEventuallyAsync(this SluiceServer server, string name, string status) =>
        server.JobEventuallyAsync(name, job => Status(job) == status, $"is {status}");

    /// <summary>
    /// Waits until the job's latest attempt runs with that many GPUs a replica, as the process itself says.
    /// </summary>
    public static async Task RunsWithAsync(this SluiceServer server, HolderJobs jobs, string name, int gpus)
    {
        var seen = "";
        try
        {
            await Patience.UntilAsync(
                async () =>
                {
                    var job = await server.DescribeAsync(name);
                    var last = jobs.Starts(name) is [.., var newest] ? newest : null;
                    seen = $"{job.ToJsonString()}, started {last}";
                    return last is not null && last.Uid == (string?)job["uid"] && last.Attempt == (int)job["attempt"]!
                        && last.Gpus.Length == gpus && Gpus(job["job"]!) == gpus && Status(job["job"]!) == "running";
                },
                $"{name} runs with {gpus} GPUs");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}, but {seen}; {server.Log}", late);
        }
    }

    public static async Task<JsonNode> DescribeAsync(this SluiceServer server, string name) =>
        (await server.Api.GetAsync("/api/v1/jobs/" + Uri.EscapeDataString(name))).Must(HttpStatusCode.OK).Json;

    public static async Task<int> FreeGpusAsync(this SluiceServer server) =>
        (await server.Api.GetAsync("/freegpu")).Must(HttpStatusCode.OK).Json.AsObject().Sum(node => (int)node.Value!);

    public static Task FreeGpusEventuallyAsync(this SluiceServer server, int gpus) =>
        Patience.UntilAsync(async () => await server.FreeGpusAsync() == gpus, $"{gpus} GPUs are free");

    public static string Status(JsonNode job) => (string)job["status"]!;

    public static int Gpus(JsonNode job) => (int)job["gpu_assigned"]!;
}
