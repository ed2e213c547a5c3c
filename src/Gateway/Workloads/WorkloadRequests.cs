using System.Text;
using System.Text.Json;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.Workloads;

/// <summary>Reads the bodies of the workload manager's routes. Each returns null, or what is wrong.</summary>
internal static class WorkloadRequests
{
    public const int MaxNames = 1000;

    private const string NamesProblem = "names must be an array of 1 to 1000 strings";

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static string? ReadManifestText(ReadOnlySpan<byte> body, out string yaml)
    {
        yaml = "";
        if (body.StartsWith("\uFEFF"u8)) body = body[3..];
        try
        {
            yaml = StrictUtf8.GetString(body);
            return string.IsNullOrWhiteSpace(yaml) ? "the body must be a manifest in YAML; it is empty" : null;
        }
        catch (DecoderFallbackException)
        {
            return "the body must be a manifest in YAML; it is not valid UTF-8";
        }
    }

    /// <summary>The name is null where the body names no job: an empty one, too.</summary>
    public static string? ReadScale(ReadOnlySpan<byte> body, out string? name)
    {
        name = null;
        if (body.IsEmpty) return null;
        var field = new TextField();
        var problem = JsonBody.Read(body, ref field, static (ref reader, key, ref found) =>
        {
            if (key.SequenceEqual("name"u8)) found.Read(ref reader);
            else JsonBody.Skip(ref reader);
        });
        name = field.Value;
        return problem ?? field.FindProblem("name") ?? (name is "" ? "name must not be empty" : null);
    }

    public static string? ReadDelete(ReadOnlySpan<byte> body, out IReadOnlyList<string> names)
    {
        var field = new NamesField();
        var problem = JsonBody.Read(body, ref field, static (ref reader, key, ref found) =>
        {
            if (key.SequenceEqual("names"u8)) found.Read(ref reader);
            else JsonBody.Skip(ref reader);
        });
        names = field.Names ?? [];
        return problem
            ?? (field.Names is null && !field.IsWrong ? "names is required" : null)
            ?? (field.IsWrong || names.Count is < 1 or > MaxNames ? NamesProblem : null);
    }

    private struct NamesField
    {
        public List<string>? Names { get; private set; }

        public bool IsWrong { get; private set; }

        public void Read(ref Utf8JsonReader reader)
        {
            this = default;
            if (reader.TokenType is JsonTokenType.Null) return;
            if (reader.TokenType is not JsonTokenType.StartArray)
            {
                JsonBody.Skip(ref reader);
                IsWrong = true;
                return;
            }

            Names = [];
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                if (reader.TokenType is JsonTokenType.String) Names.Add(reader.GetString()!);
                else IsWrong = true;
                JsonBody.Skip(ref reader);
            }
        }
    }
}
