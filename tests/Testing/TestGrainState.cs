using System.Diagnostics.CodeAnalysis;

namespace Sluice.Testing;

/// <summary>What a storage provider reads into, without a host.</summary>
public sealed class TestGrainState<T> : IGrainState<T>
    where T : new()
{
    [AllowNull]
    public T State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
