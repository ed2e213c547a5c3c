using Sluice.Grains.Jobs;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>Lists.</summary>
public sealed class ListCheckTests : CheckBench
{
    [Fact]
    [Breaks(Promises.ListsShowAnsweredWrites)]
    public void A_list_that_misses_an_answered_write_shows()
    {
        var lists = new ListCheck(Rows, Fail);
        Write(Counted(0));
        var old = JobRows.RecordJson(Rows.Rows[Key].Row);
        var during = lists.Ask("all", _ => true, order: null);
        Rows.Seen = lists.Seen;
        Write(Counted(1, "op1"));
        lists.Answered(during, [old]);
        Assert.Empty(Broken);

        lists.Answered(lists.Ask("all", _ => true, order: null), [old]);
        lists.Answered(lists.Ask("all", _ => true, order: null), []);

        Assert.Equal(2, Broken.Count(invariant => invariant == Promises.ListsShowAnsweredWrites));
    }

    [Fact]
    [Breaks(Promises.ListsAreInOrder)]
    public void A_list_out_of_order_shows()
    {
        var lists = new ListCheck(Rows, Fail);
        Write(Counted(0), "b");
        Write(Counted(0), "a");
        var records = Rows.Rows.Values.Reverse().Select(version => JobRows.RecordJson(version.Row)).ToList();

        lists.Answered(lists.Ask("all", _ => true, record => record.JobName == "a" ? 1 : 2), records);

        Assert.Equal([Promises.ListsAreInOrder], Broken);
    }

    [Fact]
    [Breaks(Promises.ListsNameJobsOnce)]
    public void A_job_that_a_list_has_twice_shows()
    {
        var lists = new ListCheck(Rows, Fail);
        Write(Counted(0));
        var json = JobRows.RecordJson(Rows.Rows[Key].Row);

        lists.Answered(lists.Ask("all", _ => true, order: null), [json, json]);

        Assert.Equal([Promises.ListsNameJobsOnce], Broken);
    }

    [Fact]
    [Breaks(Promises.ListsKeepTheirLimit)]
    public void A_list_that_is_longer_than_its_limit_shows()
    {
        var (lists, records) = Three();

        lists.Answered(lists.Ask("first", _ => true, order: null, limit: 2), records);

        Assert.Equal([Promises.ListsKeepTheirLimit], Broken);
    }

    [Fact]
    public void A_full_list_may_lack_those_behind_its_last_and_no_others()
    {
        var (lists, records) = Three();
        lists.Answered(lists.Ask("first", _ => true, order: null, limit: 2), records[..2]);
        Assert.Empty(Broken);

        lists.Answered(lists.Ask("first", _ => true, order: null, limit: 2), records[1..]);
        lists.Answered(lists.Ask("first", _ => true, order: null, limit: 2), records[..1]);

        Assert.Equal(
            [Promises.ListsShowAnsweredWrites, Promises.ListsShowAnsweredWrites, Promises.ListsShowAnsweredWrites],
            Broken);
    }

    [Fact]
    public void Jobs_that_are_alike_come_in_the_order_of_their_addition()
    {
        var (lists, records) = Three();

        lists.Answered(lists.Ask("all", _ => true, _ => 7), [records[0], records[2], records[1]]);

        Assert.Equal([Promises.ListsAreInOrder], Broken);
    }

    /// <summary>Three jobs, in the order of their addition.</summary>
    private (ListCheck Lists, ReadOnlyMemory<byte>[] Records) Three()
    {
        string[] names = ["b", "c", "a"];
        foreach (var (name, added) in names.Select((name, index) => (name, index + 1)))
        {
            Write(Counted(0), name, added);
        }

        return (new(Rows, Fail), [.. Rows.Rows.Values.OrderBy(version => version.Row.Added)
            .Select(version => JobRows.RecordJson(version.Row))]);
    }
}
