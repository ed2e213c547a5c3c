using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Records;

/// <summary>One form in which something is stored, the same in every database.</summary>
/// <param name="Name">Of the form.</param>
/// <param name="KeepsUnknown">True: what a newer version has added outlives a write of this one.</param>
/// <param name="Sample">A value with every member set, as it is written now.</param>
/// <param name="Rewrite">Reads what is stored, and writes it.</param>
internal sealed record StoredForm(string Name, bool KeepsUnknown, Func<string> Sample, Func<string, string> Rewrite)
{
    /// <summary>Text in these is JSON itself.</summary>
    private static readonly Dictionary<Type, object?> Chosen = new()
    {
        [typeof(Dictionary<string, JsonElement>)] = null,
        [typeof(ImmutableArray<ExtraField>)] =
            ImmutableArray.Create(new ExtraField("extra", """{"of":["a",1.0]}""")),
        [typeof(ReadOnlyMemory<byte>)] = new ReadOnlyMemory<byte>([.. """{"run" : [1, 2.0]}"""u8]),
        [typeof(ImmutableArray<UnknownField>)] = ImmutableArray<UnknownField>.Empty,
    };

    public static IReadOnlyList<StoredForm> All { get; } =
    [
        Of("event", keepsUnknown: true, GrainsJsonContext.Default.EventDetails),
        Of("job", keepsUnknown: true, GrainsJsonContext.Default.JobState),
        Of("ledger-answer", keepsUnknown: false, LedgerJsonContext.Default.AnsweredScaling),
        Of("ledger-entry", keepsUnknown: false, LedgerJsonContext.Default.LedgerEntry),
        Of("ledger-finished", keepsUnknown: false, LedgerJsonContext.Default.FinishedJob),
        Of("ledger-head", keepsUnknown: false, LedgerJsonContext.Default.LedgerHead),
        Of("ledger-node", keepsUnknown: false, LedgerJsonContext.Default.LedgerNode),
        Of("ledger-quota", keepsUnknown: false, LedgerJsonContext.Default.LedgerQuota),
        Of("list-head", keepsUnknown: true, StageQueueJsonContext.Default.StageQueueHead),
        new(
            "list-job",
            KeepsUnknown: true,
            () => Write((ListedJob)SampleValues.Of(typeof(ListedJob), Chosen)!),
            text => Write(ListedJobReader.Read(id: 1, Encoding.UTF8.GetBytes(text)))),
    ];

    private static StoredForm Of<T>(string name, bool keepsUnknown, JsonTypeInfo<T> form) => new(
        name,
        keepsUnknown,
        () => JsonSerializer.Serialize((T)SampleValues.Of(typeof(T), Chosen)!, form),
        text => JsonSerializer.Serialize(JsonSerializer.Deserialize(text, form)!, form));

    private static string Write(ListedJob job)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, ListedJobWriter.Options);
        ListedJobWriter.Write(writer, job, withCommand: true);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
