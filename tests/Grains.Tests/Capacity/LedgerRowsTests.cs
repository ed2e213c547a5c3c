using System.Text;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Ranking;

namespace Sluice.Grains.Tests.Capacity;

public sealed class LedgerRowsTests
{
    private const string Yesterday = """
        {"claim":{"uid":"u","job_key":"job/default/a","job_name":"a","namespace":"default","replicas":1,"gpu_req":1,
        "gpu_lim":4,"arrived_at":1,"added":1,"is_running":true,"running_since":"2024-01-01T00:00:00+00:00",
        "confirmed_generation":3},"generation":3,"is_admitted":true,"gpu_count":2,
        "blocks":[{"node":"n","gpus":[0,1]}],"lingering":[],"reason":"r","decided_at":"2024-01-01T00:00:00+00:00",
        "pending":{"gpu_count":1,"after_notifications":0,"deadline_at":"2024-01-01T00:30:00+00:00","for_uid":"w",
        "reason":"p"}}
        """;

    [Fact]
    public void An_entry_that_an_earlier_version_stored_is_read()
    {
        var entry = Read(Yesterday);
        Assert.True(entry.IsSettledRunning);
        Assert.Equal((2, 1), (entry.HeldGpus, entry.Pending!.GpuCount));
        Assert.False(entry.Pending.ForUids.IsDefault);
        Assert.Empty(entry.Pending.ForUids);
    }

    [Fact]
    public void An_entry_reads_back_as_it_was_stored()
    {
        var entry = Read(Yesterday);
        entry = entry with { Pending = entry.Pending! with { ForUids = ["w", "x"] } };
        var (upserts, _) = LedgerRows.Difference(
            LedgerState.Empty, LedgerState.Empty with { Entries = LedgerState.Empty.Entries.Add("u", entry) });
        var read = LedgerRows.Read(upserts).Entries["u"];
        Assert.Equal(["w", "x"], read.Pending!.ForUids.ToArray());
        Assert.Equal(
            entry with { Blocks = [], Lingering = [], Pending = null },
            read with { Blocks = [], Lingering = [], Pending = null });
    }

    [Fact]
    public void A_remembered_answer_reads_back_as_it_was_stored_and_is_deleted_when_forgotten()
    {
        var remembered = CapacityLedger.Remember(LedgerState.Empty, new("op", 0, "a", 1, 3, 4, "r"));
        var (upserts, _) = LedgerRows.Difference(LedgerState.Empty, remembered);
        Assert.Equal(remembered.Answered["op"], LedgerRows.Read(upserts).Answered["op"]);
        var (_, deletes) = LedgerRows.Difference(remembered, LedgerState.Empty);
        Assert.Equal(("answer", "op"), Assert.Single(deletes));
    }

    [Fact]
    public void What_a_job_that_is_gone_showed_reads_back_as_it_was_stored_and_the_oldest_is_forgotten()
    {
        var state = LedgerState.Empty;
        for (var job = 0; job <= CapacityLedger.MaxFinished; job++)
        {
            state = End(state, $"u{job}", epochs: 2);
        }

        Assert.Equal(CapacityLedger.MaxFinished, state.Finished.Count);
        Assert.DoesNotContain("u0", state.Finished.Keys);
        var (upserts, _) = LedgerRows.Difference(LedgerState.Empty, state);
        var read = LedgerRows.Read(upserts);
        Assert.Equal(state.Finished.Values, read.Finished.Values);
        Assert.Equal(10, read.Finished["u1"].History.Single().SecondsPerEpoch);
        Assert.Equal(LedgerRows.Difference(state, read).Upserts, []);
        Assert.Equal(("finished", "u1"), LedgerRows.Difference(state, End(read, "next", epochs: 2)).Deletes.Single());
    }

    [Fact]
    public void A_job_that_showed_nothing_leaves_nothing() => Assert.Empty(End(LedgerState.Empty, "u", 1).Finished);

    [Fact]
    public void Each_documented_list_has_its_own_order()
    {
        var orders = Enum.GetValues<RankOrder>()
            .Where(order => order != RankOrder.None).Select(LedgerViews.Order).ToList();
        Assert.Equal(Enum.GetValues<RankingOrder>().Where(order => order != RankingOrder.None), orders);
        Assert.Throws<ArgumentOutOfRangeException>(() => LedgerViews.Order(RankOrder.None));
    }

    /// <summary>A job that saved so many epochs, ten seconds each, and is gone.</summary>
    private static LedgerState End(LedgerState state, string uid, int epochs)
    {
        var start = DateTimeOffset.UnixEpoch;
        var history = TrainingHistory.Begin([], 1, 2, new(start, 0));
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            history = TrainingHistory.Save(history, 1, new(start.AddSeconds(10 * epoch), epoch));
        }

        var claim = Read(Yesterday).Claim with { Uid = uid, TotalEpochs = 5, History = history };
        return CapacityLedger.Observe(CapacityLedger.Observe(state, claim), claim with { IsEnded = true });
    }

    private static LedgerEntry Read(string json) =>
        LedgerRows.Read([new OwnedRow("entry", "u", Encoding.UTF8.GetBytes(json))]).Entries["u"];
}
