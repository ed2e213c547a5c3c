using System.Collections.Immutable;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Simple;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>The policies that a server can run, by name; docs/policies.md tells what each does.</summary>
public static class PolicyCatalog
{
    /// <summary>The one that decides where none was chosen.</summary>
    public const string Default = "recent-checkpoint";

    /// <summary>All names, the default first.</summary>
    public static ImmutableArray<string> Names { get; } = [Default, "adaptive", "fifo", "equal-share", "srtf"];

    /// <summary>For people: <c>a, b or c</c>.</summary>
    public static string Choice { get; } = $"{string.Join(", ", Names[..^1])} or {Names[^1]}";

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="maxOvertakes">Of <see cref="RecentCheckpointOptions"/>.</param>
    /// <param name="maxWait">Of <see cref="TargetedOptions"/>; recent-checkpoint goes by another bound.</param>
    /// <exception cref="ArgumentException">There is no such policy; the message lists those there are.</exception>
    public static IPolicy Create(string name, int maxOvertakes, TimeSpan maxWait)
    {
        var forecaster = new HistoryForecaster(new());
        return name switch
        {
            Default => new RecentCheckpointPolicy(new() { MaxOvertakes = maxOvertakes }),
            "adaptive" => Targeted(new AdaptivePolicy(forecaster, new() { MaxWaitSeconds = maxWait.TotalSeconds })),
            "fifo" => Targeted(new QueuePolicy(forecaster)),
            "equal-share" => Targeted(new SharePolicy(name, new EqualShare(), forecaster)),
            "srtf" => Targeted(new SharePolicy(name, new SrtfShare(), forecaster)),
            _ => throw new ArgumentException($"there is no policy '{name}'; it must be {Choice}", nameof(name)),
        };

        TargetedPolicy Targeted(ITargetPolicy policy) => new(policy, new() { MaxWait = maxWait });
    }
}
