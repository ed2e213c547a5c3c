using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>
/// Keeps callers from finding lists by trying numbers. A number that an address has not used before and that names no
/// list costs it a permit, which holds for that number for a while: workers may wait for their list to be filled.
/// Without permits, other numbers that it has not used are refused whether they name a list or not. What an address has
/// used is served without any limit.
/// </summary>
internal sealed class GuessLimit : IDisposable
{
    /// <summary>Numbers are looked up one at a time an address; addresses share so many turns.</summary>
    private const int TurnCount = 256;

    /// <summary>
    /// How long a permit holds for the number that it was taken for. Not longer if the number is asked for again: who
    /// watches many numbers goes on paying for them.
    /// </summary>
    private static readonly TimeSpan PaidFor = TimeSpan.FromMinutes(10);

    /// <summary>The share of a full cache that goes at once, so that not every new entry searches all others.</summary>
    private const double RoomMade = 0.05;

    private static readonly object Used = new();

    private readonly GrainCalls _calls;
    private readonly TimeProvider _time;
    private readonly MemoryCache _uses;

    /// <summary>
    /// When numbers that named no list were paid for. Apart, so that those who guess push no use out.
    /// </summary>
    private readonly MemoryCache _paid;

    private readonly PartitionedRateLimiter<Bucket> _buckets;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, TurnCount).Select(_ => new SemaphoreSlim(1, 1))];

    public GuessLimit(GrainCalls calls, GatewayOptions options, TimeProvider time)
    {
        _calls = calls;
        _time = time;
        _uses = new MemoryCache(Options.Create(new MemoryCacheOptions { SizeLimit = options.MaxRememberedUses }));
        _paid = new MemoryCache(Options.Create(new MemoryCacheOptions { SizeLimit = options.MaxRememberedUses }));
        var guesses = BucketOf(options.GuessBurst, options.GuessesPerMinute);
        var creations = BucketOf(options.ListCreationBurst, options.ListCreationsPerMinute);
        _buckets = PartitionedRateLimiter.Create<Bucket, Bucket>(bucket =>
            RateLimitPartition.GetTokenBucketLimiter(bucket, key => key.IsOfCreations ? creations : guesses));
    }

    /// <summary>Asks whether a request for a list may go on.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="number">The list.</param>
    /// <param name="creates">True: the request makes the list where there is none.</param>
    /// <returns>Null: it may. Otherwise, how long to wait.</returns>
    public ValueTask<TimeSpan?> AdmitAsync(CallerAddress caller, string number, bool creates) =>
        _uses.TryGetValue(new Use(caller, number), out _)
            ? default
            : new ValueTask<TimeSpan?>(LookUpAsync(caller, number, new Bucket(caller, creates)));

    /// <summary>Notes that an address has used a list.</summary>
    public void Remember(CallerAddress caller, string number) =>
        Put(_uses, new(caller, number), Used, new() { Size = 1 });

    public void Dispose()
    {
        _uses.Dispose();
        _paid.Dispose();
        _buckets.Dispose();
        foreach (var turn in _turns) turn.Dispose();
    }

    /// <summary>
    /// In turns: with many look-ups at once and one permit left, those that hit would be told from those that miss.
    /// </summary>
    private async Task<TimeSpan?> LookUpAsync(CallerAddress caller, string number, Bucket bucket)
    {
        var turn = _turns[(uint)caller.GetHashCode() % TurnCount];
        await turn.WaitAsync();
        try
        {
            var isPaid = !bucket.IsOfCreations && IsPaid(new Use(caller, number));
            var hasPermit = isPaid || _buckets.GetStatistics(bucket) is { CurrentAvailablePermits: > 0 };
            // Without one, this says when there will be; and it may have come just now.
            if (!hasPermit && Take(bucket) is { } wait) return wait;
            if (await IsKnownAsync(number))
            {
                Remember(caller, number);
                return null;
            }

            if (isPaid) return null;
            if (hasPermit && Take(bucket) is { } refused) return refused;
            if (!bucket.IsOfCreations) NotePaid(new Use(caller, number));
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    private bool IsPaid(Use use) =>
        _paid.TryGetValue(use, out long at) && _time.GetElapsedTime(at) < PaidFor;

    private void NotePaid(Use use) =>
        Put(_paid, use, _time.GetTimestamp(), new() { Size = 1, AbsoluteExpirationRelativeToNow = PaidFor });

    /// <summary>
    /// A full cache drops what is put into it, and makes room later: here the least recently used go.
    /// </summary>
    private static void Put<T>(MemoryCache cache, Use use, T value, MemoryCacheEntryOptions options)
    {
        cache.Set(use, value, options);
        if (!cache.TryGetValue(use, out _))
        {
            cache.Compact(RoomMade);
            cache.Set(use, value, options);
        }
    }

    private TimeSpan? Take(Bucket bucket)
    {
        using var lease = _buckets.AttemptAcquire(bucket);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait
            : TimeSpan.Zero;
    }

    private ValueTask<bool> IsKnownAsync(string number) => _calls.CallAsync(
        GrainKeys.StageQueue(number), 0, static (IStageQueueGrain grain, int _) => grain.IsKnownAsync());

    private static TokenBucketRateLimiterOptions BucketOf(int burst, int perMinute) => new()
    {
        TokenLimit = burst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
        QueueLimit = 0,
        AutoReplenishment = false,
    };

    private readonly record struct Bucket(CallerAddress Caller, bool IsOfCreations);

    private readonly record struct Use(CallerAddress Caller, string Number);
}
