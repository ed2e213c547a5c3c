using System.Text.Json.Serialization;
using Sluice.Grains.Ports;

namespace Sluice.CrashWriter;

/// <summary>How often its writer has written.</summary>
public sealed record CounterState : IStoredJob
{
    public int Count { get; set; }

    public bool IsActive => true;

    public bool IsRunnable => false;

    public bool IsDeleted => false;

    public DateTimeOffset? DueAt => null;
}

[JsonSerializable(typeof(CounterState))]
public sealed partial class CounterJson : JsonSerializerContext;
