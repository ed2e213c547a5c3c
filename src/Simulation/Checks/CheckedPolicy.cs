using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Simulation.Checks;

/// <summary>A policy whose plans are looked at: nobody else sees the snapshot that a decision was made on.</summary>
internal sealed class CheckedPolicy(IPolicy policy, ReasonCheck reasons) : IPolicy
{
    public string Name => policy.Name;

    public Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null)
    {
        var plan = policy.Plan(snapshot, now, preferredUid);
        reasons.Planned(snapshot, plan);
        return plan;
    }

    public bool MayMatter(LedgerEntry entry, JobClaim claim) => policy.MayMatter(entry, claim);

    public LedgerEntry? ChooseScaleUp(LedgerState snapshot, DateTimeOffset now) =>
        policy.ChooseScaleUp(snapshot, now);
}
