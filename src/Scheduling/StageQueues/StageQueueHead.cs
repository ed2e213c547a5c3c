using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Scheduling.StageQueues;

/// <summary>What a list keeps beside its jobs.</summary>
public sealed record StageQueueHead
{
    public static readonly StageQueueHead Default = new();

    /// <summary>Minutes by stage from 0; 0 = no limit. Empty: none were set.</summary>
    public ImmutableArray<double> Lifetimes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>True: hand-outs that are over the lifetime of their stage go back by themselves.</summary>
    public bool Redeliver { get; init; }

    /// <summary>Failed attempts after which a job goes back no more; 0 = no limit.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The newest redos, oldest first: a repeat gets the answer of the first.</summary>
    public ImmutableArray<DoneRedo> Redos
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Fields that a newer version wrote.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>Minutes; 0: no limit, or none was set.</summary>
    public double LifetimeOf(int stage) => stage < Lifetimes.Length ? Lifetimes[stage] : 0;
}

/// <summary>A redo, and what it found.</summary>
/// <param name="OperationId">Tells a repeat.</param>
/// <param name="Flagged">Jobs over their time, before any was moved.</param>
/// <param name="Moved">Jobs that were moved.</param>
public sealed record DoneRedo(string OperationId, int Flagged, int Moved);
