namespace Sluice.Gateway.Access;

/// <summary>What a caller may do. Each role includes those before it.</summary>
public enum AccessRole
{
    /// <summary>Needs no token; never the role of one.</summary>
    None = 0,

    /// <summary>All that only looks.</summary>
    Read = 1,

    /// <summary>Also what a job says of itself: checkpoints, status, restarts.</summary>
    Report = 2,

    /// <summary>Everything.</summary>
    Operate = 3,
}
