using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Gateway.Jobs;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Manifests;

namespace Sluice.Gateway.Workloads;

/// <summary>Deploy, scale and delete managed jobs.</summary>
internal sealed class WorkloadEndpoints(
    GrainCalls calls, OperationIds operations, ReadManifest readManifest, GatewayOptions options)
{
    private static readonly string PoolKey = GrainKeys.Capacity(GrainKeys.DefaultDomain);

    public async Task DeployAsync(HttpContext context)
    {
        var (yaml, manifest) = await ReadManifestAsync(context);
        if (manifest is null) return;
        var answer = await calls.CallAsync(
            JobKey(manifest.Name),
            new DeployJob { Manifest = yaml, OperationId = operations.Next() },
            static (IJobGrain grain, DeployJob command) => grain.DeployAsync(command));
        WorkloadAnswerWriter.Send(context, answer);
    }

    public async Task AskWhatIfAsync(HttpContext context)
    {
        var problem = QueryNumber.Read(context, "seconds", defaultValue: 0, 1, WhatIf.MaxSeconds, out var seconds);
        if (problem is not null)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var (yaml, manifest) = await ReadManifestAsync(context);
        if (manifest is null) return;
        var answer = await calls.CallAsync(
            PoolKey,
            new WhatIf { Manifest = yaml, Seconds = seconds == 0 ? null : (int)seconds },
            static (IClusterCapacityGrain grain, WhatIf question) => grain.WhatIfAsync(question));
        WorkloadAnswerWriter.Send(context, answer);
    }

    public async Task ScaleAsync(HttpContext context)
    {
        string? name;
        string? problem;
        using (var body = await RequestBody.ReadAsync(context, options.MaxBodyBytes))
        {
            problem = WorkloadRequests.ReadScale(body.Bytes, out name);
        }

        if (problem is not null)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
        }
        else if (name is null)
        {
            WorkloadAnswerWriter.Send(context, await calls.CallAsync(
                PoolKey,
                operations.Next(),
                static (IClusterCapacityGrain grain, string id) => grain.ScaleBestAsync(id)));
        }
        else if (!JobNames.IsValid(name))
        {
            JsonResponse.SendError(context, StatusCodes.Status404NotFound, JobAnswerWriter.NotFound);
        }
        else
        {
            WorkloadAnswerWriter.Send(context, await calls.CallAsync(
                JobKey(name), 0, static (IJobGrain grain, int _) => grain.ScaleAsync()));
        }
    }

    public async Task DeleteAsync(HttpContext context)
    {
        IReadOnlyList<string> names;
        string? problem;
        using (var body = await RequestBody.ReadAsync(context, options.MaxBodyBytes))
        {
            problem = WorkloadRequests.ReadDelete(body.Bytes, out names);
        }

        if (problem is not null)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        // One deletion a name: a name that is there twice gets the same result twice.
        var distinct = names.Distinct(StringComparer.Ordinal).ToArray();
        var results = new string?[distinct.Length];
        await Parallel.ForAsync(
            0, distinct.Length, new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrentDeletions },
            async (index, _) => results[index] = await DeleteOneAsync(distinct[index]));
        var problems = distinct.Zip(results).ToDictionary(StringComparer.Ordinal);
        WorkloadAnswerWriter.SendDeletions(context, names, problems);
    }

    /// <summary>No manifest: the request has been answered with what is wrong.</summary>
    private async ValueTask<(string Yaml, Manifest? Manifest)> ReadManifestAsync(HttpContext context)
    {
        string yaml;
        string? problem;
        using (var body = await RequestBody.ReadAsync(context, options.MaxBodyBytes))
        {
            problem = WorkloadRequests.ReadManifestText(body.Bytes, out yaml);
        }

        var reading = problem is null ? readManifest(yaml) : new(null, problem);
        if (reading.Manifest is null)
        {
            JsonResponse.SendError(
                context, StatusCodes.Status400BadRequest, reading.Problem ?? "the body must be a manifest in YAML");
        }

        return (yaml, reading.Manifest);
    }

    /// <summary>Null: deleted. A grain that does not answer is one name's problem, not that of the others.</summary>
    private async ValueTask<string?> DeleteOneAsync(string name)
    {
        if (!JobNames.IsValid(name)) return JobAnswerWriter.NotFound;
        try
        {
            var answer = await calls.CallAsync(
                JobKey(name), operations.Next(), static (IJobGrain grain, string id) => grain.DeleteAsync(id));
            return answer.Outcome switch
            {
                JobOutcome.Done => null,
                JobOutcome.NotFound => JobAnswerWriter.NotFound,
                JobOutcome.Conflict or JobOutcome.Invalid => answer.Problem ?? "the job's state does not allow it",
                _ => throw new InvalidOperationException($"{answer.Outcome} is no answer to a deletion"),
            };
        }
        catch (GrainUnavailableException)
        {
            return "the job does not answer now; try again";
        }
    }

    private static string JobKey(string name) => GrainKeys.Job(GrainKeys.DefaultDomain, name);
}
