using System.Text.Json;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.StageQueues;

/// <summary>Reads the settings of a list; null: what holds stays.</summary>
internal struct QueueSettingsReader
{
    public const int MaxAttemptsLimit = 1_000_000;

    private FieldState _redeliverState;
    private NumberField _maxAttempts;

    public bool? Redeliver { get; private set; }

    public int? MaxAttempts { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <returns>Null, or what is wrong, naming the field where it is in one.</returns>
    public static string? Read(ReadOnlySpan<byte> body, out QueueSettingsReader settings)
    {
        settings = default;
        var problem = JsonBody.Read(body, ref settings, static (ref reader, name, ref found) =>
        {
            if (name.SequenceEqual("redeliver"u8)) found.ReadRedeliver(ref reader);
            else if (name.SequenceEqual("max_attempts"u8)) found._maxAttempts.Read(ref reader);
            else JsonBody.Skip(ref reader);
        });
        if (problem is not null) return problem;
        if (settings._redeliverState is FieldState.WrongType) return "redeliver must be true or false";
        if (settings._maxAttempts.TryInteger("max_attempts", out var maxAttempts) is not null
            || maxAttempts is < 0 or > MaxAttemptsLimit)
        {
            return $"max_attempts must be an integer of 0 to {MaxAttemptsLimit}, 0 = no limit";
        }

        settings.MaxAttempts = (int?)maxAttempts;
        return null;
    }

    private void ReadRedeliver(ref Utf8JsonReader reader)
    {
        Redeliver = reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => null,
        };
        _redeliverState = Redeliver is not null ? FieldState.Present
            : reader.TokenType is JsonTokenType.Null ? FieldState.Missing
            : FieldState.WrongType;
        JsonBody.Skip(ref reader);
    }
}
