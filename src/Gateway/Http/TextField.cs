using System.Text.Json;

namespace Sluice.Gateway.Http;

/// <summary>A field that holds a text.</summary>
internal struct TextField
{
    public FieldState State { get; private set; }

    /// <summary>Null where it is missing or no text.</summary>
    public string? Value { get; private set; }

    /// <summary>True for a text without any character as well.</summary>
    public readonly bool IsMissingOrEmpty =>
        State is FieldState.Missing || (State is FieldState.Present && Value is "");

    public void Read(ref Utf8JsonReader reader)
    {
        this = default;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                State = FieldState.Present;
                Value = reader.GetString();
                break;
            default:
                JsonBody.Skip(ref reader);
                State = FieldState.WrongType;
                break;
        }
    }

    /// <summary>Null, or what is wrong with its type.</summary>
    public readonly string? FindProblem(string name) =>
        State is FieldState.WrongType ? $"{name} must be a string" : null;
}
