using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>One run of <see cref="RecentCheckpointPolicy"/>: mends, applies what was due, admits, scales up.</summary>
internal sealed class RecentCheckpointPlanner
{
    private readonly RecentCheckpointOptions _options;
    private readonly PlanDraft _plan;
    private readonly ClusterDraft _cluster;
    private readonly ScaleUpPlanner _scaleUps;
    private readonly Mending _mending;

    /// <summary>
    /// Jobs that give up GPUs, by this plan or at their next checkpoint: they may be asked for more in the same plan.
    /// </summary>
    private readonly Dictionary<string, ScaleDown> _scaleDowns = new(StringComparer.Ordinal);

    private ScaleDownSearch? _search;

    public RecentCheckpointPlanner(
        LedgerState state, DateTimeOffset now, string? preferredUid, RecentCheckpointOptions options)
    {
        _options = options;
        _plan = new(state, now);
        _cluster = _plan.Cluster;
        _scaleUps = new(_plan, preferredUid);
        _mending = new(_plan);
    }

    public Plan Plan()
    {
        if (PlanForWaiting() is { } passed)
        {
            _scaleUps.DropPending(passed);
        }
        else
        {
            _scaleUps.ApplyPending();
            _scaleUps.GiveFree();
        }

        return _plan.ToPlan();
    }

    /// <summary>The first running job that would be given more if it were asked for by its name; null: none.</summary>
    public LedgerEntry? ChooseScaleUp()
    {
        if (PlanForWaiting() is not null)
        {
            return null;
        }

        _scaleUps.ApplyPending();
        return ScaleUpChoice.Candidates(_plan.State).FirstOrDefault(entry => !_plan.IsDecided(entry)
            && _cluster.MostThatFits(entry, entry.GpuCount + 1, entry.Claim.GpuLim) is not null);
    }

    /// <summary>The job that what is free from there on is kept for; null: none.</summary>
    private LedgerEntry? PlanForWaiting()
    {
        foreach (var entry in _plan.Entries.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            Mend(entry);
        }

        foreach (var entry in _plan.Pending(isShrinking: true))
        {
            ApplyScaleDown(entry, entry.Pending!);
        }

        return AdmitWaiting();
    }

    /// <summary>A job whose GPUs are gone, or whose range was changed under it.</summary>
    private void Mend(LedgerEntry entry)
    {
        if (!_mending.Mend(entry) && entry.GpuCount > entry.EffectiveLimit
            && !(entry.Pending?.GpuCount <= entry.EffectiveLimit))
        {
            Give(new(entry, entry.EffectiveLimit, []));
        }
    }

    private void ApplyScaleDown(LedgerEntry entry, PendingChange pending)
    {
        var isWanted = pending.ForUids.IsEmpty
            ? entry.GpuCount > entry.EffectiveLimit
            : pending.ForUids.All(uid => _plan.State.Entries.GetValueOrDefault(uid) is { IsWaiting: true });
        if (!isWanted)
        {
            // Those that still wait ask anew in this plan, and may need less.
            _cluster.Plan(entry, entry.Blocks);
            _plan.Decide(new CancelPending(
                entry.Uid,
                pending.ForUids.IsEmpty ? "it may keep its GPUs now" : "nobody waits for its GPUs any more"));
        }
        else
        {
            _scaleDowns[entry.Uid] = new(entry, pending.GpuCount, pending.ForUids);
            if (_plan.WhyNow(entry, pending) is { } why)
            {
                _plan.SetSize(
                    entry, (pending.GpuCount, ClusterDraft.Kept(entry.Blocks, pending.GpuCount)),
                    $"{pending.Reason} ({why})");
            }
        }
    }

    /// <summary>The job that was passed often enough: what is free from there on is kept for it; null: none.</summary>
    private LedgerEntry? AdmitWaiting()
    {
        LedgerEntry? passed = null;
        foreach (var entry in QueueOrder.Sort(_plan.Entries.Where(entry => entry.IsWaiting)))
        {
            if (passed is not null)
            {
                SetWait(entry, _mending.WhyNotPossible(entry.Claim) ?? PlanTexts.KeptFor(passed.Claim));
            }
            else if (!TryAdmit(entry) && !ReserveComing(entry) && !ScaleDownFor(entry))
            {
                // One that waits for its own namespace's quota, or that no cluster of this size can hold, keeps nobody
                // else waiting.
                var impossible = _mending.WhyNotPossible(entry.Claim);
                SetWait(entry, impossible ?? "no running job can give up enough");
                passed = impossible is null && entry.Overtaken >= _options.MaxOvertakes ? entry : null;
            }
        }

        return passed;
    }

    private bool TryAdmit(LedgerEntry entry)
    {
        var claim = entry.Claim;
        if (_cluster.MostThatFits(entry, claim.GpuReq, entry.EffectiveLimit) is { } fit)
        {
            var free = _cluster.FreeGpus;
            _cluster.Plan(entry, fit.Blocks);
            _plan.Decide(new Admit(
                entry.Uid, fit.GpuCount, fit.Blocks, PlanTexts.Admitted(claim, fit.GpuCount, free)));
            return true;
        }

        return false;
    }

    /// <summary>What it needs is on its way back already: nobody else need give up anything.</summary>
    private bool ReserveComing(LedgerEntry entry)
    {
        if (_cluster.MostThatFits(entry, entry.Claim.GpuReq, entry.Claim.GpuReq, withComing: true) is not { } fit)
        {
            return false;
        }

        _cluster.Plan(entry, fit.Blocks);
        SetWait(entry, "they are being given up by other jobs");
        return true;
    }

    private bool ScaleDownFor(LedgerEntry waiting)
    {
        _search ??= new(_cluster, CanGive());
        var found = _search.Find(waiting.Claim);
        foreach (var (entry, gpuCount) in found)
        {
            var before = _scaleDowns.GetValueOrDefault(entry.Uid) ?? new(entry, entry.GpuCount, []);
            Give(before.Also(waiting.Uid, gpuCount));
            _search.Gave(entry.Uid, gpuCount);
        }

        return !found.IsEmpty && ReserveComing(waiting);
    }

    /// <summary>Running jobs over their least, most recent checkpoint first, with what they would have.</summary>
    private IEnumerable<(LedgerEntry Entry, int GpuCount)> CanGive() => _plan.Entries
        .Where(entry => entry.IsSettledRunning && entry.GpuCount > entry.Claim.GpuReq && _plan.MayChange(entry)
            && (_scaleDowns.ContainsKey(entry.Uid) || _plan.DecisionFor(entry) is null or CancelPending))
        .Select(entry => (Entry: entry, GpuCount: _scaleDowns.GetValueOrDefault(entry.Uid)?.GpuCount ?? entry.GpuCount))
        .Where(one => one.GpuCount > one.Entry.Claim.GpuReq)
        .OrderByDescending(one => one.Entry.Claim.LastCheckpointAt)
        .ThenBy(one => one.Entry.Claim.Added);

    /// <summary>Decides that a job gives up GPUs, instead of what was decided for it before.</summary>
    private void Give(ScaleDown scaleDown)
    {
        var (entry, gpuCount, forUids) = scaleDown;
        var kept = ClusterDraft.Kept(entry.Blocks, gpuCount);
        _cluster.Plan(entry, kept);
        _scaleDowns[entry.Uid] = scaleDown;

        // A change that grows keeps its place: the job that asked first waits no longer because another asks too.
        var earlier = entry.Pending?.GpuCount < entry.GpuCount ? entry.Pending : null;
        var why = earlier is null ? null : _plan.WhyNow(entry, earlier);
        var reason = PlanTexts.ScaledDown(scaleDown, _plan.State, _plan.Now);
        _plan.Decide(why is null && entry.Claim.IsAfterCheckpoint && entry.IsSettledRunning
            ? new Defer(entry.Uid, _plan.PendingAt(entry, gpuCount, reason, earlier) with { ForUids = forUids })
            : new Resize(entry.Uid, gpuCount, kept, why is null ? reason : $"{reason} ({why})"));
    }

    private void SetWait(LedgerEntry entry, string why)
    {
        var reason = $"waits for {PlanTexts.Gpus(entry.Claim)}: {why}";
        if (entry.Reason != reason)
        {
            _plan.Decide(new Wait(entry.Uid, reason));
        }
    }
}
