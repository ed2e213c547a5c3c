using System.Text;

namespace Sluice.Scheduling.Tests.StageQueues;

public sealed class AdditionTests
{
    [Fact]
    public void Jobs_whose_id_is_known_are_left_alone()
    {
        var list = TestList.Of([1, 2]);
        list.Get(0);

        var (added, problem) = list.Add(5, 1, 2, 3);

        Assert.Equal((1, null), (added, problem));
        Assert.Equal((1, 0, 5), (list.Job(1).Stage, list.Job(2).Stage, list.Job(3).Stage));
    }

    [Fact]
    public void Too_many_jobs_are_refused_all_of_them()
    {
        var list = new TestList { Limits = new(3, 1_000) };
        list.Add(0, 1, 2);

        var (added, problem) = list.Add(0, 2, 3, 4);

        Assert.Equal(0, added);
        Assert.Contains("at most 3 jobs", problem, StringComparison.Ordinal);
        Assert.Equal(2, list.State.Jobs.Count);
        Assert.Equal(1, list.Add(0, 1, 2, 3).Added);
    }

    [Fact]
    public void Too_many_bytes_of_commands_are_refused_all_of_them()
    {
        var list = new TestList { Limits = new(100, 20) };
        list.Add(0, 1);

        Assert.Contains("20 bytes", list.Add(0, 2, 3).Problem, StringComparison.Ordinal);
        Assert.Equal(9, list.State.CommandBytes);
        Assert.Equal(1, list.Add(0, 2).Added);
    }

    [Fact]
    public void Nothing_new_is_no_change()
    {
        var list = TestList.Of([1]);
        var before = list.State;

        list.Add(3, 1);
        list.Add(3);

        Assert.Same(before, list.State);
    }

    [Fact]
    public void A_list_goes_on_from_its_progress()
    {
        var list = TestList.Of([1, 2, 3, 4], 0, 0, 0);
        Assert.Equal((2, 0.0), (list.State.LastStage, list.State.Fraction));

        list.Get(0);
        list.Move(2, 2);
        list.Move(3, 9);

        Assert.Equal((2, (1 + 2 + 2) / 2.0 / 4), (list.State.LastStage, list.State.Fraction));
        Assert.Equal([0, 1, 2, 9], list.State.Stages.Keys);
    }

    [Fact]
    public void Without_lifetimes_the_last_stage_is_the_highest_that_holds_a_job()
    {
        var list = TestList.Of([1, 2]);
        Assert.Equal((0, 0.0), (list.State.LastStage, list.State.Fraction));

        list.Move(2, 6);

        Assert.Equal((6, 0.5), (list.State.LastStage, list.State.Fraction));
    }

    [Fact]
    public void Jobs_are_read_from_any_id_on()
    {
        var list = TestList.Of([1, 3, 5, 7], 0.5, 0);
        list.Get(0);
        list.Get(0);
        list.WaitMinutes(1);
        list.Sweep();

        Assert.Equal([1, 3, 5, 7], Ids(null, null, false));
        Assert.Equal([5, 7], Ids(3, null, false));
        Assert.Equal([5, 7], Ids(4, null, false));
        Assert.Empty(Ids(7, null, false));
        Assert.Equal([1, 3], Ids(null, 1, false));
        Assert.Equal([3], Ids(2, 1, false));
        Assert.Empty(Ids(null, 9, false));
        Assert.Equal([5, 7], Ids(null, null, true));
        Assert.Equal([7], Ids(5, 0, true));
        Assert.Empty(Ids(null, 1, true));

        IEnumerable<long> Ids(long? after, int? stage, bool onlyFlagged) =>
            list.State.JobsAfter(after, stage, onlyFlagged).Select(job => job.Id);
    }

    [Fact]
    public void Those_of_a_stage_that_wait_and_that_are_handed_out_come_in_one_order()
    {
        var list = TestList.Of([1, 2, 3, 4, 5]);
        list.Get(0, next: 0);
        list.Move(3, 4);

        Assert.Equal([1, 2, 4, 5], list.State.JobsAfter(null, 0, onlyFlagged: false).Select(job => job.Id));
        Assert.Equal("""{"run":3}""", Encoding.UTF8.GetString(list.Job(3).Command.Span));
    }
}
