using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Jobs;
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
    private const int PageSize = 5_000;

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
        // Nobody may see the ranking half made: it takes the old one's place when it is whole.
        var (ranking, uidsByJob) = (new JobRanking(), NewIndex());
        var newest = await rows.ReadNewestChangeAsync(domain);
        for (long after = 0; await rows.ReadActiveAsync(domain, after, PageSize) is { Length: > 0 } page;)
        {
            ledger = TakeOver(page, ledger, ranking, uidsByJob);
            after = page[^1].Change;
        }

        (Ranking, Lists, _uidsByJob, Position) = (ranking, new(ranking), uidsByJob, newest);
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

            ledger = TakeOver(page, ledger, Ranking, _uidsByJob);
            Position = page[^1].Change;
        }

        return ledger;
    }

    private static Dictionary<string, ImmutableArray<string>> NewIndex() => new(StringComparer.Ordinal);

    private static LedgerState TakeOver(
        ImmutableArray<JobRow> page,
        LedgerState ledger,
        JobRanking ranking,
        Dictionary<string, ImmutableArray<string>> uidsByJob)
    {
        foreach (var row in page)
        {
            var state = JobRows.Parse(row);
            Rank(row, state, ranking);
            ledger = Claim(row, state, ledger, uidsByJob);
        }

        return ledger;
    }

    private static void Rank(JobRow row, JobState state, JobRanking ranking)
    {
        if (state.Record is not { } record || record.Status == JobStatus.Completed)
        {
            ranking.Remove(row.Key);
            return;
        }

        ranking.Put(new RankedJob
        {
            Key = row.Key,
            Added = row.Added,
            ArrivedAt = record.JobArrivalTime.Value,
            LastCheckpointAt = record.LastCheckpointTime.Value,
            Difference = record.GpuLim - record.GpuAssigned,
            Surplus = record.GpuAssigned - record.GpuReq,
            Json = JobRows.RecordJson(row).ToArray(),
        });
    }

    private static LedgerState Claim(
        JobRow row, JobState state, LedgerState ledger, Dictionary<string, ImmutableArray<string>> uidsByJob)
    {
        var claims = JobClaims.From(row.Key, row.Added, state).ToImmutableArray();
        foreach (var claim in claims)
        {
            ledger = CapacityLedger.Observe(ledger, claim);
        }

        if (uidsByJob.TryGetValue(row.Key, out var before))
        {
            // A uid that the row names no more is gone for good: its end was confirmed to the job.
            ledger = before.Where(uid => claims.All(claim => claim.Uid != uid)).Aggregate(ledger, CapacityLedger.Forget);
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
