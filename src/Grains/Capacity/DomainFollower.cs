using System.Collections.Immutable;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Ranking;

namespace Sluice.Grains.Capacity;

/// <summary>
/// Follows the committed job rows of a domain in the order of their change numbers: keeps the ranking, and turns rows
/// into what the ledger must take over. Lives in one activation; nothing of it is stored.
/// </summary>
internal sealed class DomainFollower(string domain, IJobRows rows)
{
    // Small enough that what is read of a page dies young.
    private const int PageSize = 1_000;

    private Dictionary<string, ImmutableArray<string>> _uidsByJob = NewIndex();

    public JobRanking Ranking { get; private set; } = new();

    public EncodedLists Lists { get; private set; } = new(new());

    /// <summary>The change number up to which everything is taken over.</summary>
    public long Position { get; private set; }

    /// <summary>
    /// Begins anew: reads all active rows, and drops what the ledger knows of jobs that are no more. What is committed
    /// while the pages are read comes once more with the changes after <see cref="Position"/>.
    /// </summary>
    public async Task<LedgerState> RebuildAsync(LedgerState ledger)
    {
        var newest = await rows.ReadNewestChangeAsync(domain);
        var ranked = new Dictionary<string, RankedJob>(StringComparer.Ordinal);
        var uidsByJob = NewIndex();
        var reading = rows.ReadActiveAsync(domain, after: 0, PageSize);
        while (await reading is { Length: > 0 } page)
        {
            // The next page is read while this one is taken over.
            reading = rows.ReadActiveAsync(domain, page[^1].Change, PageSize);
            foreach (var row in page)
            {
                var outline = JobRows.Outline(row);
                if (ToRank(row, outline) is { } job)
                {
                    ranked[row.Key] = job;
                }

                ledger = Claim(row, outline, ledger, uidsByJob);
            }
        }

        // Nobody may see the ranking half made: it takes the old one's place when it is whole.
        Ranking = new(ranked.Values);
        (Lists, _uidsByJob, Position) = (new(Ranking), uidsByJob, newest);
        var known = _uidsByJob.Values.SelectMany(uids => uids).ToHashSet(StringComparer.Ordinal);
        return ledger.Entries.Keys.Where(uid => !known.Contains(uid)).Aggregate(ledger, CapacityLedger.Forget);
    }

    /// <summary>Takes over everything that was committed before the call.</summary>
    public async Task<LedgerState> CatchUpAsync(LedgerState ledger)
    {
        var newest = await rows.ReadNewestChangeAsync(domain);
        while (Position < newest)
        {
            if (await rows.ReadChangesAsync(domain, Position, PageSize) is not { } page)
            {
                return await RebuildAsync(ledger);
            }

            if (page.IsEmpty)
            {
                Position = newest;
                break;
            }

            ledger = TakeOver(page, ledger);
        }

        return ledger;
    }

    private static Dictionary<string, ImmutableArray<string>> NewIndex() => new(StringComparer.Ordinal);

    private LedgerState TakeOver(ImmutableArray<JobRow> page, LedgerState ledger)
    {
        foreach (var row in page)
        {
            var outline = JobRows.Outline(row);
            if (ToRank(row, outline) is { } job)
            {
                Ranking.Put(job);
            }
            else
            {
                Ranking.Remove(row.Key);
            }

            ledger = Claim(row, outline, ledger, _uidsByJob);
            Position = row.Change;
        }

        return ledger;
    }

    private static RankedJob? ToRank(JobRow row, in JobRowOutline outline) =>
        outline.RecordJson.IsEmpty || outline.IsCompleted
            ? null
            : new RankedJob
            {
                Key = row.Key,
                Added = row.Added,
                ArrivedAt = outline.ArrivedAt,
                LastCheckpointAt = outline.LastCheckpointAt,
                Difference = outline.GpuLim - outline.GpuAssigned,
                Surplus = outline.GpuAssigned - outline.GpuReq,
                Json = outline.RecordJson.ToArray(),
            };

    private static LedgerState Claim(
        JobRow row,
        in JobRowOutline outline,
        LedgerState ledger,
        Dictionary<string, ImmutableArray<string>> uidsByJob)
    {
        // External jobs are most of all rows, and tell the ledger nothing.
        if (!outline.MayRun && !uidsByJob.ContainsKey(row.Key))
        {
            return ledger;
        }

        var claims = JobClaims.From(row.Key, row.Added, JobRows.Parse(row)).ToImmutableArray();
        foreach (var claim in claims)
        {
            ledger = CapacityLedger.Observe(ledger, claim);
        }

        if (uidsByJob.TryGetValue(row.Key, out var before))
        {
            // A uid that the row names no more is gone for good: its end was confirmed to the job.
            ledger = before.Where(uid => claims.All(claim => claim.Uid != uid))
                .Aggregate(ledger, CapacityLedger.Forget);
        }

        if (claims.IsEmpty)
        {
            uidsByJob.Remove(row.Key);
        }
        else
        {
            uidsByJob[row.Key] = [.. claims.Select(claim => claim.Uid)];
        }

        return ledger;
    }
}
