using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>The writes of the job metadata service. Each reads a body, calls one grain, maps its answer.</summary>
internal sealed class JobWriteEndpoints(GrainCalls calls, OperationIds operations, GatewayOptions options)
{
    private static readonly JsonEncodedText Added = JsonEncodedText.Encode("Job added successfully");
    private static readonly JsonEncodedText Updated = JsonEncodedText.Encode("Job updated successfully");
    private static readonly JsonEncodedText Deleted = JsonEncodedText.Encode("Job deleted successfully");

    private delegate JobRequest<TCommand> RequestReader<TCommand>(
        HttpContext context, ReadOnlySpan<byte> body, OperationIds operations)
        where TCommand : notnull;

    public Task AddAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status201Created, Added,
        static (_, body, operations) => JobRequests.ReadAdd(body, operations.Next()),
        static (grain, command) => grain.AddAsync(command));

    public Task UpdateCheckpointAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status200OK, Updated,
        static (_, body, _) => JobRequests.ReadCheckpoint(body),
        static (grain, command) => grain.UpdateCheckpointAsync(command));

    public Task UpdateStatusAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status200OK, Updated,
        static (_, body, _) => JobRequests.ReadStatus(body),
        static (grain, command) => grain.UpdateStatusAsync(command));

    public Task UpdateAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status200OK, Updated,
        static (_, body, _) => JobRequests.ReadUpdate(body),
        static (grain, command) => grain.UpdateAsync(command));

    public Task IncrementRestartsAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status200OK, Updated, ReadIncrement,
        static (grain, command) => grain.IncrementRestartsAsync(command));

    public Task DeleteAsync(HttpContext context) => HandleAsync(
        context, StatusCodes.Status200OK, Deleted,
        static (_, body, operations) => JobRequests.ReadDelete(body, operations.Next()),
        static (grain, operationId) => grain.DeleteAsync(operationId));

    private static JobRequest<IncrementRestarts> ReadIncrement(
        HttpContext context, ReadOnlySpan<byte> body, OperationIds operations)
    {
        if (OperationIds.ReadKey(context, out var key) is { } problem)
        {
            return JobRequest.Refuse<IncrementRestarts>(problem);
        }

        // Without a key of the caller's no other request can carry this operation, and there is nothing to compare.
        return key is null
            ? JobRequests.ReadIncrement(body, operations.Next(), requestDigest: null)
            : JobRequests.ReadIncrement(body, key, DigestOf(context.Request.Path.Value ?? "", body));
    }

    private static string DigestOf(string path, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        hash.AppendData("\n"u8);
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task HandleAsync<TCommand>(
        HttpContext context,
        int doneStatus,
        JsonEncodedText message,
        RequestReader<TCommand> read,
        Func<IJobGrain, TCommand, Task<JobAnswer>> call)
        where TCommand : notnull
    {
        JobRequest<TCommand> request;
        using (var body = await RequestBody.ReadAsync(context, options.MaxBodyBytes))
        {
            request = read(context, body.Bytes, operations);
        }

        if (request.Problem is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
        }
        else if (!JobNames.IsValid(request.Name))
        {
            // No job can have such a name.
            JsonResponse.SendError(context, StatusCodes.Status404NotFound, JobAnswerWriter.NotFound);
        }
        else
        {
            var key = GrainKeys.Job(GrainKeys.DefaultDomain, request.Name);
            var answer = await calls.CallAsync(key, request.Command, call);
            JobAnswerWriter.Send(context, doneStatus, message, answer);
        }
    }
}
