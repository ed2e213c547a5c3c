using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Scheduling.StageQueues;

/// <summary>One job of a list: it waits in its stage, or is in a worker's hands.</summary>
public sealed record ListedJob
{
    /// <summary>Unique in its list.</summary>
    public required long Id { get; init; }

    public required int Stage { get; init; }

    /// <summary>JSON in UTF-8, as it was given.</summary>
    public required ReadOnlyMemory<byte> Command { get; init; }

    /// <summary>The save path that a worker gave; null: none yet.</summary>
    public string? FileName { get; init; }

    /// <summary>When it came into its stage.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How often it was handed out; the newest one's lease has this number.</summary>
    public int HandOuts { get; init; }

    /// <summary>Null: it waits.</summary>
    public JobHand? Hand { get; init; }

    /// <summary>When it was found to be over its time; null: it is not.</summary>
    public DateTimeOffset? FlaggedAt { get; init; }

    /// <summary>Hand-outs that were taken back since an update last moved it to another stage.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>Clients' keys of hand-outs, oldest first.</summary>
    public ImmutableArray<HandOutKey> Keys { get; init; } = [];

    /// <summary>The newest moves, oldest first: what repeats are told by.</summary>
    public ImmutableArray<DoneMove> Moves { get; init; } = [];

    /// <summary>Fields that a newer version stored.</summary>
    public ImmutableArray<UnknownField> Unknown { get; init; } = [];

    public bool IsHandedOut => Hand is not null;

    /// <summary>Names the newest hand-out.</summary>
    public string Lease => LeaseOf(Id, HandOuts);

    /// <summary>What its commands count towards the limit of the list.</summary>
    public long CommandBytes
    {
        get
        {
            long bytes = Command.Length;
            foreach (var key in Keys)
            {
                bytes += key.Command?.Length ?? 0;
            }

            return bytes;
        }
    }

    public static string LeaseOf(long id, int handOut) =>
        string.Create(CultureInfo.InvariantCulture, $"{id}-{handOut}");

    /// <summary>When it is over its time; null: never.</summary>
    /// <param name="lifetimeMinutes">Of its stage; 0: no limit.</param>
    public DateTimeOffset? Until(double lifetimeMinutes) => Hand switch
    {
        { LeaseUntil: { } leased } => leased,
        _ when lifetimeMinutes > 0 => Clock.After(Hand?.RenewedAt ?? Since, TimeSpan.FromMinutes(lifetimeMinutes)),
        _ => null,
    };
}

/// <summary>A worker's hands, with a job in them.</summary>
public sealed record JobHand
{
    /// <summary>The stage it was handed out from, and goes back to.</summary>
    public required int From { get; init; }

    /// <summary>
    /// The operation that handed it out, where the client gave no key of its own; remembered until the job moves on.
    /// </summary>
    public string? OperationId { get; init; }

    /// <summary>The lease that was asked for; null: the lifetime of the stage holds.</summary>
    public double? LeaseSeconds { get; init; }

    /// <summary>When that lease is over.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When its worker last said that it is alive, where no lease was asked for.</summary>
    public DateTimeOffset? RenewedAt { get; init; }
}

/// <summary>A client's key, and what was handed out for it.</summary>
public sealed record HandOutKey
{
    public required string Key { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What was asked for: the key is not for anything else.</summary>
    public required string Request { get; init; }

    public required int From { get; init; }

    /// <summary>The number of the hand-out.</summary>
    public required int HandOut { get; init; }

    public DateTimeOffset? Until { get; init; }

    public int FailedAttempts { get; init; }

    /// <summary>The command as it was handed out, where it was replaced since; null: the job's.</summary>
    public ReadOnlyMemory<byte>? Command { get; init; }
}

/// <summary>A move that a worker asked for.</summary>
public sealed record DoneMove
{
    public required DateTimeOffset At { get; init; }

    public required int Stage { get; init; }

    /// <summary>True: to the stage that the job had been handed out from.</summary>
    public bool IsGivenBack { get; init; }

    /// <summary>The lease that it was done with.</summary>
    public int? HandOut { get; init; }

    /// <summary>Null where the lease tells repeats.</summary>
    public string? OperationId { get; init; }

    /// <summary>Null where the lease tells repeats.</summary>
    public string? Caller { get; init; }

    /// <summary>What was asked for, where the operation id is a client's key.</summary>
    public string? Request { get; init; }

    public bool IsKey => Request is not null;
}

/// <summary>A field of a stored job that this version does not know.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value, in UTF-8.</param>
public readonly record struct UnknownField(string Name, ReadOnlyMemory<byte> Json);
