using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>Why a job is where it is: what was decided about it, and what is likely to follow.</summary>
[GenerateSerializer, Immutable, Alias("sluice.job-explanation")]
public sealed record JobExplanation
{
    /// <summary>Events of one explanation.</summary>
    public const int MaxEvents = 100;

    /// <summary>The job.</summary>
    [Id(0)] public required JobDescription Job { get; init; }

    /// <summary>Null: it is external or has ended, so nothing is decided about it.</summary>
    [Id(1)] public AllocationOutlook? Allocation { get; init; }

    /// <summary>What happened to it, with reasons, newest last; the last 100, as far as the store keeps them.</summary>
    [Id(2)] public ImmutableArray<ClusterEvent> Events { get; init; } = [];
}
