using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>What a server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new JsonException($"null, with status {Status}");

    /// <summary>The job beside a message, or the whole where there is none.</summary>
    public JsonNode Job => Json is JsonObject whole && whole["job"] is { } job ? job : Json;

    /// <summary>Without white space; fields in their order, numbers as they were written.</summary>
    public string Compact => CompactOf(Json);

    public string? Error => Json is JsonObject whole ? (string?)whole["error"] : null;

    public static string CompactOf(JsonNode node) => node.ToJsonString(Relaxed);

    /// <summary>This answer, after a look at its status.</summary>
    public Answer Must(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Text}");
        return this;
    }

    /// <summary>This answer, which must be an error of that text.</summary>
    public Answer MustFail(HttpStatusCode status, string error)
    {
        Must(status);
        Assert.Equal(error, Error);
        return this;
    }
}
