using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>What is known of a job beyond its record, and its output.</summary>
internal sealed class JobDetailEndpoints(GrainCalls calls, IJobLogs? logs)
{
    private const int DefaultLogBytes = 64 * 1024;
    private const int MaxLogBytes = 1024 * 1024;

    public async Task DescribeAsync(HttpContext context)
    {
        var description = await FindAsync(context, fromEnd: 0, static grain => grain.DescribeAsync());
        if (description is not null)
        {
            JsonResponse.Send(
                context, StatusCodes.Status200OK, description, GatewayJsonContext.Default.JobDescription);
        }
    }

    public async Task ExplainAsync(HttpContext context)
    {
        var explanation = await FindAsync(context, fromEnd: 1, static grain => grain.ExplainAsync());
        if (explanation is not null)
        {
            JsonResponse.Send(
                context, StatusCodes.Status200OK, explanation, GatewayJsonContext.Default.JobExplanation);
        }
    }

    public async Task ReadLogsAsync(HttpContext context)
    {
        if (ReadRange(context, out var rank, out var offset, out var max) is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var description = await FindAsync(context, fromEnd: 1, static grain => grain.DescribeAsync());
        if (description is null) return;
        var bytes = logs is null || description.Uid is not { } uid
            ? null
            : await logs.ReadAsync(uid, (int)rank, offset, (int)max, context.RequestAborted);
        if (bytes is not { } output)
        {
            JsonResponse.SendError(
                context, StatusCodes.Status404NotFound, "There is no output of this job and rank here");
            return;
        }

        var response = context.Response;
        response.ContentType = "text/plain; charset=utf-8";
        // A job's output may look like a web page; it must not become one.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Sluice-Next-Offset"] = (offset + output.Length).ToString(CultureInfo.InvariantCulture);
        response.ContentLength = output.Length;
        await response.BodyWriter.WriteAsync(output, context.RequestAborted);
    }

    private static string? ReadRange(HttpContext context, out long rank, out long offset, out long max)
    {
        var rankProblem = QueryNumber.Read(context, "rank", 0, 0, int.MaxValue, out rank);
        var offsetProblem = QueryNumber.Read(context, "offset", 0, 0, long.MaxValue, out offset);
        var maxProblem = QueryNumber.Read(context, "max", DefaultLogBytes, 1, MaxLogBytes, out max);
        return rankProblem ?? offsetProblem ?? maxProblem;
    }

    /// <summary>Null: the request has been answered with 404.</summary>
    private async ValueTask<T?> FindAsync<T>(HttpContext context, int fromEnd, Func<IJobGrain, Task<T?>> read)
        where T : class
    {
        var name = PathText.Segment(context, "name", fromEnd);
        var found = JobNames.IsValid(name)
            ? await calls.CallAsync(
                GrainKeys.Job(GrainKeys.DefaultDomain, name!), read,
                static (IJobGrain grain, Func<IJobGrain, Task<T?>> ask) => ask(grain))
            : null;
        if (found is null)
        {
            JsonResponse.SendError(context, StatusCodes.Status404NotFound, JobAnswerWriter.NotFound);
        }

        return found;
    }
}
