using System.Text.Json.Serialization;

namespace Sluice.Storage.Archives;

/// <summary>
/// A line of an archive: what is stored, and nothing of how a database stores it. Lines come by kind, in the order of
/// the attributes below, and within a kind in the order of their keys. What may be null is left out where it is.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(ArchiveHeader), "sluice-export")]
[JsonDerivedType(typeof(ArchivedDomain), "domain")]
[JsonDerivedType(typeof(ArchivedJob), "job")]
[JsonDerivedType(typeof(ArchivedRecord), "record")]
[JsonDerivedType(typeof(ArchivedOwner), "owner")]
[JsonDerivedType(typeof(ArchivedRow), "row")]
[JsonDerivedType(typeof(ArchivedEvent), "event")]
[JsonDerivedType(typeof(ArchiveEnd), "end")]
internal abstract record ArchiveRow;

/// <summary>The first line.</summary>
/// <param name="Version">Of the format; a reader knows those up to its own.</param>
/// <param name="At">When it was written.</param>
internal sealed record ArchiveHeader(int Version, DateTimeOffset At) : ArchiveRow
{
    public const int NewestVersion = 1;
}

/// <summary>The counters of a capacity domain.</summary>
internal sealed record ArchivedDomain(
    string Name, long NewestChange, long NewestAdded, long NewestEvent, long PurgedChange) : ArchiveRow;

/// <summary>
/// A job's row; without an etag it was cleared, and only marks that. Kinds are 0 marker, 1 inactive, 2 active, 3 runnable.
/// </summary>
internal sealed record ArchivedJob(
    string Key, string Domain, long Added, long Change, short Kind, bool IsDeleted, long? DueAtTicks, string? ETag,
    byte[] Body) : ArchiveRow;

internal sealed record ArchivedRecord(string Key, string State, string ETag, byte[] Body) : ArchiveRow;

internal sealed record ArchivedOwner(string Key, string ETag, long? DueAtTicks) : ArchiveRow;

/// <summary>A row of an owner, which came before.</summary>
internal sealed record ArchivedRow(string Owner, string Collection, string Key, byte[] Body) : ArchiveRow;

internal sealed record ArchivedEvent(
    string Domain, long Number, long AtTicks, string? Job, string? Uid, string Kind, byte[] Body) : ArchiveRow;

/// <summary>The last line: without it the archive is not whole.</summary>
/// <param name="Rows">How many lines are between the first and this one.</param>
/// <param name="Sha256">Of all bytes before this line, in hexadecimal digits.</param>
internal sealed record ArchiveEnd(long Rows, string Sha256) : ArchiveRow;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(ArchivedBodyConverter)])]
[JsonSerializable(typeof(ArchiveRow))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
