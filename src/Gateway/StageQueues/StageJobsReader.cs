using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>
/// Reads the jobs of a <c>/set</c>: one pass over the body, of which each command is a slice, byte for byte.
/// </summary>
internal struct StageJobsReader
{
    /// <summary>A command is in a job, which is in the body.</summary>
    private const int MaxDepth = StageQueueLimits.MaxCommandDepth + 2;

    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _body;
    private readonly ImmutableArray<NewStageJob>.Builder _jobs = ImmutableArray.CreateBuilder<NewStageJob>();
    private readonly HashSet<long> _ids = [];
    private StageBodyProblem? _problem;

    private StageJobsReader(ReadOnlyMemory<byte> body) => _body = body;

    /// <summary>Reads a body that was unpacked; what is read keeps it.</summary>
    /// <returns>Null, or what is wrong, naming the job where it is in one.</returns>
    public static StageBodyProblem? Read(ReadOnlyMemory<byte> body, out ImmutableArray<NewStageJob> jobs)
    {
        body = JsonSlice.WithoutMark(body);
        var reader = new StageJobsReader(body);
        var unreadable = JsonBody.Read(body.Span, ref reader, ReadJob, MaxDepth, kind: "job ");
        jobs = reader._jobs.DrainToImmutable();
        return unreadable is null ? reader._problem : new(StatusCodes.Status400BadRequest, unreadable);
    }

    private static void ReadJob(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref StageJobsReader found) =>
        found.ReadJob(ref reader, name);

    private void ReadJob(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!Utf8Parser.TryParse(name, out long id, out var digits) || digits != name.Length)
        {
            Refuse(name, "the id of a job must be an integer of 64 bits");
        }
        else if (!_ids.Add(id))
        {
            Refuse(name, "the id of a job must not be there twice");
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            JsonBody.Skip(ref reader);
            Refuse(name, "a job must be a JSON object");
            return;
        }

        var stage = default(NumberField);
        var command = Null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            // Throws where it is no valid Unicode.
            if (reader.ValueIsEscaped) _ = reader.GetString();
            var isStage = reader.ValueTextEquals("jobstage"u8);
            var isCommand = reader.ValueTextEquals("jobcmd"u8);
            reader.Read();
            if (isStage) stage.Read(ref reader);
            else if (isCommand) command = JsonSlice.Read(ref reader, _body);
            else JsonBody.Skip(ref reader);
        }

        Add(name, id, stage, command);
    }

    private void Add(ReadOnlySpan<byte> name, long id, in NumberField stageField, ReadOnlyMemory<byte> command)
    {
        var isInteger = stageField.TryInteger("jobstage", out var stage) is null;
        if (!isInteger || stage is not (>= 0 and <= StageQueueLimits.MaxStage))
        {
            Refuse(name, stageField.State is FieldState.Missing
                ? "jobstage is required"
                : StageRequestChecks.StageProblem("jobstage"));
        }
        else if (command.Length > StageQueueLimits.MaxCommandBytes)
        {
            Refuse(name, StageBodyProblem.CommandTooLarge, StatusCodes.Status413PayloadTooLarge);
        }
        else
        {
            _jobs.Add(new(id, (int)stage, command));
        }
    }

    private void Refuse(ReadOnlySpan<byte> name, string problem, int status = StatusCodes.Status400BadRequest) =>
        _problem ??= new(status, $"job {JsonBody.Show(name)}: {problem}");
}
