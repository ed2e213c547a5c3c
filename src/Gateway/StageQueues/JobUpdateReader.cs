using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>Reads the body of an <c>/update_job</c>: what replaces the save path and the command of a job.</summary>
internal struct JobUpdateReader
{
    /// <summary>A command is in the body.</summary>
    private const int MaxDepth = StageQueueLimits.MaxCommandDepth + 1;

    private readonly ReadOnlyMemory<byte> _body;
    private TextField _fileName;
    private ReadOnlyMemory<byte>? _command;

    private JobUpdateReader(ReadOnlyMemory<byte> body) => _body = body;

    /// <summary>The save path; null: it stays.</summary>
    public readonly string? FileName => _fileName.Value;

    /// <summary>The command; null: it stays.</summary>
    public readonly ReadOnlyMemory<byte>? Command => _command;

    /// <summary>Reads a body that was unpacked; what is read keeps it. An empty one replaces nothing.</summary>
    /// <returns>Null, or what is wrong, naming the field where it is in one.</returns>
    public static StageBodyProblem? Read(ReadOnlyMemory<byte> body, out JobUpdateReader update)
    {
        body = JsonSlice.WithoutMark(body);
        update = new JobUpdateReader(body);
        if (body.IsEmpty) return null;
        var problem = JsonBody.Read(body.Span, ref update, ReadField, MaxDepth);
        problem ??= update._fileName.FindProblem("filename");
        if (problem is null && update.FileName?.Length > StageQueueLimits.MaxFileNameLength)
        {
            problem = $"filename must be at most {StageQueueLimits.MaxFileNameLength} characters";
        }

        return problem is not null ? new(StatusCodes.Status400BadRequest, problem)
            : update.Command?.Length > StageQueueLimits.MaxCommandBytes
                ? new(StatusCodes.Status413PayloadTooLarge, StageBodyProblem.CommandTooLarge)
                : null;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref JobUpdateReader found)
    {
        if (name.SequenceEqual("filename"u8)) found._fileName.Read(ref reader);
        else if (name.SequenceEqual("jobcmd"u8)) found.ReadCommand(ref reader);
        else JsonBody.Skip(ref reader);
    }

    private void ReadCommand(ref Utf8JsonReader reader)
    {
        // Missing, also where an earlier one of the same name was not.
        _command = null;
        var isNull = reader.TokenType is JsonTokenType.Null;
        var command = JsonSlice.Read(ref reader, _body);
        if (!isNull) _command = command;
    }
}
