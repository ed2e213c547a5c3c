using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Cli.Client;

/// <summary>A server's answer, read whole.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The body as it came.</param>
internal sealed record ServerAnswer(HttpStatusCode Status, string Text)
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerOptions.Default)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // A command of a queued job may be as deep as a reader goes by itself, and comes inside of other objects.
        MaxDepth = 2 * StageQueueLimits.MaxCommandDepth,
    };

    /// <summary>A value as the server writes it.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Wire);

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Text, Wire) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw CliFailure.Refused($"the server's answer is not understood ({exception.Message})");
        }
    }

    /// <summary>A text of the answer's object; null where it has none of that name.</summary>
    public string? Find(string property)
    {
        try
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(property, out var value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a refusal says for itself.</summary>
    public CliFailure AsFailure() => Status switch
    {
        HttpStatusCode.Unauthorized =>
            CliFailure.Refused($"the server wants a token: give --token or set SLUICE_TOKEN{Detail}"),
        HttpStatusCode.Forbidden => CliFailure.Refused($"the server does not allow this{Detail}"),
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            CliFailure.Unreachable($"the server cannot answer now ({(int)Status}){Detail}"),
        _ => CliFailure.Refused(Problem ?? $"the server answered {(int)Status} without a reason"),
    };

    private string? Problem => Find("error") ?? Find("message") ?? Find("detail");

    private string Detail => Problem is { } problem ? ": " + problem : "";
}
