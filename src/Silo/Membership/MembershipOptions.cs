using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Membership;

/// <summary>
/// How soon a silo is known to be gone, from the section <c>Membership</c>. The defaults find one that was killed in
/// about a second and one that hangs in about three; those of Orleans take over ten, and over a minute. What the speed
/// costs: a silo that a busy machine keeps waiting for longer than this is taken for dead, though it lives, and ends
/// itself. It is started again by its supervisor, and nothing acknowledged is lost, but its grains move. On machines
/// with little room, or between data centers, use longer times.
/// </summary>
public sealed class MembershipOptions
{
    public const string Section = "Membership";

    /// <summary>
    /// How long a silo's answer to a probe is waited for, and the time between two probes. Shorter: pauses of garbage
    /// collection and of the machine count as missed probes. 0.1 to 30 s; default 0.5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest that a probe is waited for where answers have been slow; times <see cref="MissedProbes"/>, how long
    /// a connection may be silent before its silo can be suspected at all. So this is what finding a silo that hangs
    /// takes. 0.1 s to 2 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Probes in a row that must fail before a silo is suspected; the last one is sent by way of another silo. 1 would
    /// take one lost message for a death. 1 to 10; default 2.
    /// </summary>
    [Range(1, 10)]
    public int MissedProbes { get; set; } = 2;

    /// <summary>
    /// Silos that must suspect another before it is declared dead; fewer where fewer are left. With 1, a silo whose own
    /// network is broken takes all others for dead. 1 to 10; default 2.
    /// </summary>
    [Range(1, 10)]
    public int Votes { get; set; } = 2;

    /// <summary>
    /// How long a suspicion counts, and how long a silo that was suspected in vain gets no read lease: it asks the
    /// store at each read for that time. 1 s to 10 min; default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan VoteLifetime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often the list of silos is read where nobody told of a change. It costs a read a silo. 0.5 s to 5 min;
    /// default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often a silo writes that it lives. Three times that long without, and nobody asks it anything any more: so
    /// long a cluster whose silos were all killed at once keeps new ones waiting. 0.5 s to 5 min; default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan AliveInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a silo may answer reads from memory after the store has granted it that. A silo is declared dead only
    /// once it is over, so it adds to the time that finding a dead silo takes where it is longer than the probes. 0.2
    /// to 30 s; default 0.9 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:00:30")]
    public TimeSpan ReadLease { get; set; } = TimeSpan.FromSeconds(0.9);

    /// <summary>
    /// How long after a change of the membership reads are compared with the store, although the lease is granted: a
    /// net under the directory, should it let a grain be active on two silos, of which one does not know what the other
    /// has stored. Longer: reads are slower for longer. 0 s to 1 min; default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(2);
}
