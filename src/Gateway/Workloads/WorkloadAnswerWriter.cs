using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Gateway.Jobs;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Workloads;

/// <summary>Makes HTTP answers of deployments, scalings and deletions.</summary>
internal static class WorkloadAnswerWriter
{
    public static void Send(HttpContext context, DeployAnswer answer)
    {
        switch (answer.Outcome)
        {
            case DeployOutcome.Created:
                SendDeployed(context, StatusCodes.Status201Created, "Job deployed successfully", answer);
                break;
            case DeployOutcome.Unchanged:
                SendDeployed(context, StatusCodes.Status200OK, "Job is deployed already", answer);
                break;
            case DeployOutcome.Conflict:
                JsonResponse.SendError(
                    context, StatusCodes.Status409Conflict,
                    answer.Problem ?? "Another job of this name exists already");
                break;
            case DeployOutcome.Full:
                JsonResponse.SendError(
                    context, StatusCodes.Status409Conflict, answer.Problem ?? "there are as many jobs as there may be");
                break;
            case DeployOutcome.Invalid:
                JsonResponse.SendError(
                    context, StatusCodes.Status400BadRequest, answer.Problem ?? "the manifest cannot be taken");
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to a deployment");
        }
    }

    public static void Send(HttpContext context, WhatIfAnswer answer)
    {
        switch (answer.Outcome)
        {
            case WhatIfOutcome.Answered:
                JsonResponse.Send(
                    context, StatusCodes.Status200OK, answer, GatewayJsonContext.Default.WhatIfAnswer);
                break;
            case WhatIfOutcome.Invalid:
                JsonResponse.SendError(
                    context, StatusCodes.Status400BadRequest, answer.Problem ?? "the manifest cannot be taken");
                break;
            case WhatIfOutcome.Full:
                JsonResponse.SendError(
                    context, StatusCodes.Status409Conflict, answer.Problem ?? "there are as many jobs as there may be");
                break;
            case WhatIfOutcome.Busy:
                context.Response.Headers.RetryAfter = "1";
                JsonResponse.SendError(
                    context, StatusCodes.Status503ServiceUnavailable, "too many ask at the moment; ask again");
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer of a forecast");
        }
    }

    public static void Send(HttpContext context, ScaleAnswer answer)
    {
        switch (answer.Outcome)
        {
            case ScaleOutcome.Done:
            case ScaleOutcome.NoCandidate:
                SendScaled(context, answer);
                break;
            case ScaleOutcome.NotFound:
                JsonResponse.SendError(context, StatusCodes.Status404NotFound, JobAnswerWriter.NotFound);
                break;
            case ScaleOutcome.CannotChange:
                JsonResponse.SendError(
                    context, StatusCodes.Status409Conflict, answer.Reason ?? "the job's state does not allow it");
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to a scaling");
        }
    }

    /// <summary>One result a name, in the order of the names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="names">As they were asked for.</param>
    /// <param name="problems">By name; null where it was deleted.</param>
    public static void SendDeletions(
        HttpContext context, IReadOnlyList<string> names, Dictionary<string, string?> problems)
    {
        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var name in names)
        {
            var problem = problems[name];
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteBoolean("deleted"u8, problem is null);
            writer.WriteString("message"u8, problem ?? "Job deleted successfully");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    private static void SendDeployed(HttpContext context, int status, string message, DeployAnswer answer)
    {
        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteString("message"u8, message);
        if (answer.Job is { } job) JobAnswerWriter.WriteJob(writer, job);
        if (answer.Reason is { } reason) writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
        JsonResponse.Send(context, status, buffer);
    }

    private static void SendScaled(HttpContext context, ScaleAnswer answer)
    {
        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        if (answer.Outcome is ScaleOutcome.NoCandidate)
        {
            writer.WriteNull("name"u8);
        }
        else
        {
            writer.WriteString("name"u8, answer.Name);
            writer.WriteNumber("previous"u8, answer.Previous);
            writer.WriteNumber("assigned"u8, answer.Assigned);
            if (answer.AtNextCheckpoint is { } waiting) writer.WriteNumber("at_next_checkpoint"u8, waiting);
        }

        if (answer.Reason is { } reason) writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }
}
