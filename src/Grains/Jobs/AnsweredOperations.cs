using System.Collections.Immutable;

namespace Sluice.Grains.Jobs;

/// <summary>Operations on a job that are remembered with their answers, so that a repeat counts once. Pure.</summary>
public static class AnsweredOperations
{
    /// <summary>Operations with a client's key that are remembered a job; the oldest is dropped first.</summary>
    public const int MaxNamed = 64;

    /// <summary>The same of those that a gateway named for its own retries.</summary>
    public const int MaxUnnamed = 4;

    /// <summary>How long an operation is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The operation, if it was answered; null: it was not, or so long ago that it is forgotten.</summary>
    internal static AnsweredOperation? Find(
        ImmutableArray<AnsweredOperation> answered, string? operationId, DateTimeOffset now) =>
        operationId is null
            ? null
            : answered.FirstOrDefault(one => one.OperationId == operationId && now - one.At < Lifetime);

    /// <summary>
    /// What a client named is kept for its whole lifetime, as far as the limit goes; what the gateway named is repeated
    /// within seconds or never, and must not crowd it out.
    /// </summary>
    internal static ImmutableArray<AnsweredOperation> Remember(
        ImmutableArray<AnsweredOperation> answered, AnsweredOperation latest, DateTimeOffset now)
    {
        var alive = answered.Where(earlier => now - earlier.At < Lifetime).Append(latest).ToList();
        return
        [
            .. alive.Where(one => one.RequestDigest is null).TakeLast(MaxUnnamed),
            .. alive.Where(one => one.RequestDigest is not null).TakeLast(MaxNamed),
        ];
    }
}
