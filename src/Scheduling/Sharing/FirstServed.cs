namespace Sluice.Scheduling.Sharing;

/// <summary>In which order jobs are given their smallest level, before a rule divides the rest among them.</summary>
public enum FirstServed
{
    /// <summary>In none: the rule decides that as well.</summary>
    ByRule = 0,

    /// <summary>Those that have had the fewest GPU-seconds so far.</summary>
    LeastAttained = 1,

    /// <summary>Those that would be done first with their smallest level.</summary>
    ShortestAtLeast = 2,

    /// <summary>Those that would be done first with their largest level.</summary>
    ShortestAtMost = 3,
}
