using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Model;

/// <summary>A policy that the Lab can play, by name.</summary>
/// <param name="Name">As <c>--policy</c> takes it.</param>
/// <param name="Knowledge">What it is told beside what a manager sees.</param>
/// <param name="Create">A new one for a game. One that is told nothing gets an oracle that refuses to answer.</param>
public sealed record LabPolicy(string Name, Knowledge Knowledge, Func<IWorkOracle, Scenario, ITargetPolicy> Create)
{
    /// <summary>True: it suspends jobs, and is not for scenarios where that is not allowed.</summary>
    public bool NeedsSuspension { get; init; }

    /// <summary>
    /// True: of a job's notifications it sees what a server stores, the first and the last of each start. False: the
    /// latest of all.
    /// </summary>
    public bool KeepsStarts { get; init; }

    public bool CanPlay(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return scenario.AllowsSuspension || !NeedsSuspension;
    }
}

/// <summary>How much of the truth a policy is told.</summary>
public enum Knowledge
{
    None = 0,

    /// <summary>Ranges, arrivals and notifications, as any manager.</summary>
    Learned = 1,

    /// <summary>The counts that owners tuned, and those at which each job gets faster.</summary>
    Levels = 2,

    /// <summary>True speeds and true work.</summary>
    Oracle = 3,
}
