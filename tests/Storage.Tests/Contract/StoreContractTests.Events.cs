using System.Text;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Tests.Contract;

public abstract partial class StoreContractTests
{
    [Fact]
    public async Task A_domain_without_events_has_none()
    {
        Assert.Equal((0, 0L), await CountAsync(Domain));
        await PutJobAsync("a");
        Assert.Equal((0, 0L), await CountAsync(Domain));
    }

    [Fact]
    public async Task An_event_is_read_as_it_was_committed()
    {
        var at = Time.GetUtcNow().AddTicks(7);
        await PutJobAsync("a", Telling(new NewEvent
        {
            At = at, Kind = "running", JobName = "ä", Uid = "uid-1", Body = Encoding.UTF8.GetBytes("""{"reason":"x"}"""),
        }));

        var row = Assert.Single((await Events.ReadEventsAsync(Domain, 0, 10)).Rows);

        Assert.Equal(1, row.Number);
        Assert.Equal(
            (at, "running", "ä", "uid-1"), (row.Event.At, row.Event.Kind, row.Event.JobName, row.Event.Uid));
        Assert.Equal("""{"reason":"x"}""", Text(row.Event.Body));
    }

    [Fact]
    public async Task Events_of_jobs_and_of_batches_are_numbered_in_the_order_of_commits()
    {
        await PutJobAsync("a", Telling(Event("one", "a"), Event("two", "a")));
        await Rows.CommitAsync(Batch(Owner, null) with { Events = [Event("three"), Event("four", "a")] });
        await PutJobAsync("b", Telling(Event("five", "b")));
        await PutJobAsync("c", Telling(Event("elsewhere", "c")), domain: "other");

        var read = await Events.ReadEventsAsync(Domain, 0, 100);

        Assert.Equal([1, 2, 3, 4, 5], read.Rows.Select(row => row.Number));
        Assert.Equal(["one", "two", "three", "four", "five"], Kinds(read));
        Assert.Equal(5, read.Newest);
        Assert.Equal((1, 1L), await CountAsync("other"));
    }

    [Fact]
    public async Task A_write_that_is_refused_leaves_no_event()
    {
        await PutJobAsync("a", Telling(Event("one", "a")));
        var etag = await Rows.CommitAsync(Batch(Owner, null));
        await Rows.CommitAsync(Batch(Owner, etag));
        StateOf("a").ETag = "another";

        await Assert.ThrowsAsync<InconsistentStateException>(() => PutJobAsync("a", Telling(Event("late", "a"))));
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => Rows.CommitAsync(Batch(Owner, etag) with { Events = [Event("late")] }));

        Assert.Equal((1, 1L), await CountAsync(Domain));
    }

    [Fact]
    public async Task Only_the_owner_of_a_domain_can_tell_of_events()
    {
        await Assert.ThrowsAsync<FormatException>(
            () => Rows.CommitAsync(Batch("settings", null) with { Events = [Event("lost")] }));

        Assert.Null((await Rows.LoadAsync("settings")).ETag);
    }

    [Fact]
    public async Task Events_are_read_in_pages_without_a_gap()
    {
        await PutManyEventsAsync(7);

        var first = await Events.ReadEventsAsync(Domain, 0, 3);
        var second = await Events.ReadEventsAsync(Domain, first.Rows[^1].Number, 3);
        var third = await Events.ReadEventsAsync(Domain, second.Rows[^1].Number, 3);

        Assert.Equal(
            ["1", "2", "3", "4", "5", "6", "7"], [.. Kinds(first), .. Kinds(second), .. Kinds(third)]);
        Assert.All([first, second, third], page => Assert.Equal(7, page.Newest));
        Assert.Empty((await Events.ReadEventsAsync(Domain, 7, 3)).Rows);
    }

    [Fact]
    public async Task The_newest_events_come_oldest_first()
    {
        await PutManyEventsAsync(7);

        Assert.Equal(["5", "6", "7"], Kinds(await Events.ReadLatestEventsAsync(Domain, 3)));
        Assert.Equal(["4", "6"], Kinds(await Events.ReadLatestEventsAsync(Domain, 2, "even")));
    }

    [Fact]
    public async Task Events_of_one_job_are_read_by_its_name_also_after_it_was_cleared()
    {
        await PutManyEventsAsync(7);
        await Records.ClearStateAsync("job", JobId("even"), StateOf("even"));

        var read = await Events.ReadEventsAsync(Domain, 2, 2, "even");

        Assert.Equal(["4", "6"], Kinds(read));
        Assert.Equal(7, read.Newest);
        Assert.Empty((await Events.ReadEventsAsync(Domain, 0, 10, "EVEN")).Rows);
    }

    [Fact]
    public async Task The_newest_events_are_kept_and_older_ones_go()
    {
        await PutManyEventsAsync(MaxEvents + 5);

        var all = await Events.ReadEventsAsync(Domain, 0, 100);

        Assert.Equal(Enumerable.Range(6, MaxEvents).Select(number => (long)number), all.Rows.Select(row => row.Number));
        Assert.Equal(MaxEvents + 5, all.Newest);
        Assert.Equal(MaxEvents, (await Events.ReadLatestEventsAsync(Domain, 100)).Rows.Length);
        Assert.Equal(["6", "8"], Kinds(await Events.ReadEventsAsync(Domain, 3, 2, "even")));
    }

    [Fact]
    public async Task Whoever_waits_for_an_event_is_woken_by_it_and_not_by_other_writes()
    {
        await PutManyEventsAsync(1);
        await Events.WaitForEventAsync(Domain, 0);

        var waiting = Events.WaitForEventAsync(Domain, 1);
        await PutJobAsync("quiet");
        Assert.False(waiting.IsCompleted);
        await PutJobAsync("a", Telling(Event("two", "a")));

        await waiting;
    }

    [Fact]
    public async Task A_wait_for_an_event_ends_after_a_second_at_the_latest()
    {
        var waiting = Events.WaitForEventAsync(Domain, 0);
        Assert.False(waiting.IsCompleted);

        Time.Advance(TimeSpan.FromSeconds(1));

        await waiting;
    }

    private static NewEvent Event(string kind, string? job = null) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Kind = kind,
        JobName = job,
        Body = "{}"u8.ToArray(),
    };

    private static TestJob Telling(params NewEvent[] events) => new() { NewEvents = [.. events] };

    private static IEnumerable<string> Kinds(EventRows read) => read.Rows.Select(row => row.Event.Kind);

    /// <summary>Of the jobs <c>odd</c> and <c>even</c> in turn; their kinds are their numbers.</summary>
    private async Task PutManyEventsAsync(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            var job = number % 2 == 0 ? "even" : "odd";
            await PutJobAsync(job, Telling(Event($"{number}", job)));
        }
    }

    private async Task<(int Count, long Newest)> CountAsync(string domain)
    {
        var read = await Events.ReadEventsAsync(domain, 0, 1_000);
        return (read.Rows.Length, read.Newest);
    }
}
