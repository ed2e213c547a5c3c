using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Reads the reasons of decisions as a person does, and holds their numbers and causes against the snapshot that the
/// decisions were made on.
/// </summary>
internal sealed partial class ReasonCheck(Action<string, string> fail, Action<string> count)
{
    public void Planned(LedgerState snapshot, Plan plan)
    {
        if (plan.Decisions.IsEmpty)
        {
            return;
        }

        var outlook = new Outlook(snapshot, plan.Decisions);
        foreach (var decision in plan.Decisions)
        {
            var entry = snapshot.Entries[decision.Uid];
            var isTrue = decision switch
            {
                Admit admit => IsTrue(admit, entry, outlook),
                Resize resize => IsTrue(resize, entry, outlook),
                Preempt or Wait => IsTrueWait(decision.Reason, entry, outlook),
                _ => null,
            };
            if (isTrue is not null || decision is Admit or Preempt or Wait)
            {
                count($"reasons: {(isTrue is null ? "not understood" : "checked")}, {decision.GetType().Name}");
            }

            if (isTrue == false)
            {
                fail(Promises.ReasonsAreTrue, $"{entry.Claim.JobName} ({entry.Uid}) {decision.Reason}: {outlook}");
            }
        }
    }

    private static bool? IsTrue(Admit admit, LedgerEntry entry, Outlook outlook)
    {
        if (Admitted.Match(admit.Reason) is not { Success: true } words)
        {
            return null;
        }

        var claim = entry.Claim;
        var (least, most) = outlook.FreeFor(entry);
        var free = Number(words, "free");
        return (Number(words, "gpus"), Number(words, "least"), Number(words, "most"))
                == (admit.GpuCount, claim.GpuReq, claim.GpuLim)
            && (words.Groups["replicas"].Success ? Number(words, "replicas") : 1) == claim.Replicas
            && free >= least && free <= most && free >= outlook.Taken(admit);
    }

    private static bool? IsTrue(Resize resize, LedgerEntry entry, Outlook outlook) =>
        Moved.Match(resize.Reason) is not { Success: true } words ? null
        : (Number(words, "from"), Number(words, "to")) == (entry.GpuCount, resize.GpuCount)
            && outlook.IsAnyGone(entry);

    private static bool? IsTrueWait(string reason, LedgerEntry entry, Outlook outlook)
    {
        if (Waits.Match(reason) is not { Success: true } words)
        {
            return null;
        }

        var claim = entry.Claim;
        var needs = (claim.Replicas > 1 ? $"{claim.Replicas} × " : "") + $"{claim.GpuReq} GPU"
            + (claim.GpuReq == 1 ? "" : "s");
        return words.Groups["needs"].Value == needs
            && (!words.Groups["gone"].Success || outlook.IsAnyGone(entry))
            ? IsTrueCause(words.Groups["why"].Value, entry, outlook)
            : false;
    }

    /// <summary>Null: words that nobody has taught it.</summary>
    private static bool? IsTrueCause(string why, LedgerEntry entry, Outlook outlook)
    {
        var ofQuota = $"quota of {entry.Claim.Namespace}";
        return why switch
        {
            "more than the cluster has" => !outlook.CouldEverHold(entry.Claim),
            "no others are free" => !outlook.IsRoomLeft(entry.Claim),
            "they are being given up by other jobs" => Outlook.Needs(entry) <= outlook.FreeOrComing(entry),
            "no running job can give up enough" =>
                outlook.IsAnyReserved || !outlook.IsRoomLeft(entry.Claim) || !outlook.FitsInQuota(entry),
            _ when why == $"more than the {ofQuota}" => outlook.QuotaOf(entry) < Outlook.Needs(entry),
            _ when why == $"more than is left of the {ofQuota}" => !outlook.FitsInQuota(entry),
            _ when why == $"the {ofQuota} has room once they are given back" =>
                !outlook.FitsInQuota(entry, withOwn: true),
            _ when why.StartsWith("what is free is kept for ", StringComparison.Ordinal) =>
                outlook.IsPassed(why["what is free is kept for ".Length..], entry),
            _ => null,
        };
    }

    private static int Number(Match words, string name) =>
        int.Parse(words.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("^admitted with (?<gpus>\\d+) of (?<least>\\d+) to (?<most>\\d+) GPUs"
        + "( a replica, (?<replicas>\\d+) replicas)?: (?<free>\\d+) were free$")]
    private static partial Regex Admitted { get; }

    [GeneratedRegex("^moved from (?<from>\\d+) to (?<to>\\d+) GPUs: GPUs that it held are gone$")]
    private static partial Regex Moved { get; }

    [GeneratedRegex("^waits for (?<needs>[^:]+): (?<gone>GPUs that it held are gone, and )?(?<why>.+)$")]
    private static partial Regex Waits { get; }
}
