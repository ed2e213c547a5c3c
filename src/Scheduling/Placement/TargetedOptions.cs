namespace Sluice.Scheduling.Placement;

/// <summary>Settings of <see cref="TargetedPolicy"/>.</summary>
public sealed record TargetedOptions
{
    /// <summary>
    /// A job that has waited for that long goes before all others: what is free is kept for it, and running jobs that
    /// can do with less give it up. Over 0; default 12 hours.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromHours(12);
}
