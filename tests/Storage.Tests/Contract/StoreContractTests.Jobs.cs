using Sluice.Testing;

namespace Sluice.Storage.Tests.Contract;

public abstract partial class StoreContractTests
{
    [Fact]
    public async Task A_written_job_reads_as_it_was_written()
    {
        await PutJobAsync("a", new TestJob { Note = "hello", DueAt = Time.GetUtcNow() });

        var read = await ReadJobAsync("a");

        Assert.True(read.RecordExists);
        Assert.Equal(new TestJob { Note = "hello", DueAt = Time.GetUtcNow() }, read.State);
        Assert.Equal(StateOf("a").ETag, read.ETag);
    }

    [Fact]
    public async Task A_job_writer_with_an_older_etag_gets_a_conflict_and_takes_no_change_number()
    {
        await PutJobAsync("a", "one");
        var late = new TestGrainState<TestJob> { State = new() { Note = "late" }, ETag = StateOf("a").ETag };
        await PutJobAsync("a", "two");

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => Records.WriteStateAsync("job", JobId("a"), late));

        Assert.Equal("two", (await ReadJobAsync("a")).State.Note);
        Assert.Equal(2, await Jobs.ReadNewestChangeAsync(Domain));
    }

    [Fact]
    public async Task Each_commit_takes_the_next_change_number_of_its_domain()
    {
        await PutJobAsync("a");
        await PutJobAsync("x", domain: "other");
        await PutJobAsync("b");
        await PutJobAsync("a");

        var rows = await ReadChangesAsync();

        Assert.Equal([("b", 2L), ("a", 3L)], Names(rows).Zip(rows.Select(row => row.Change)));
        Assert.Equal(3, await Jobs.ReadNewestChangeAsync(Domain));
        Assert.Equal(1, await Jobs.ReadNewestChangeAsync("other"));
        Assert.Equal(0, await Jobs.ReadNewestChangeAsync("nobody"));
    }

    [Fact]
    public async Task Numbers_of_many_writers_have_no_gap_and_come_in_the_order_of_their_writes()
    {
        var names = Enumerable.Range(0, 200).Select(i => $"job-{(i * 37) % 200:D3}").ToArray();

        await Task.WhenAll(names.Select(name => PutJobAsync(name)));

        var rows = await ReadAllChangesAsync();
        Assert.Equal(names, Names(rows));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), rows.Select(row => row.Change));
        Assert.Equal(names, await ReadNamesInOrderAsync());
    }

    [Fact]
    public async Task A_list_after_an_answered_write_has_it()
    {
        for (var i = 0; i < 50; i++)
        {
            await PutJobAsync($"job-{i}");
            var newest = await Jobs.ReadNewestChangeAsync(Domain);

            Assert.Equal(i + 1, newest);
            Assert.Equal([$"job-{i}"], Names(await ReadChangesAsync(after: newest - 1)));
        }
    }

    [Fact]
    public async Task A_row_that_changed_several_times_comes_once_as_it_is_now()
    {
        await PutJobAsync("a", "one");
        await PutJobAsync("b");
        await PutJobAsync("a", "two");
        await PutJobAsync("a", "three");

        var row = Assert.Single(await ReadChangesAsync(after: 2));

        Assert.Equal("three", NoteOf(row));
        Assert.Equal(4, row.Change);
    }

    [Fact]
    public async Task Changes_are_read_in_pages()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await PutJobAsync(name);
        }

        Assert.Equal(["a", "b"], Names(await ReadChangesAsync(after: 0, max: 2)));
        Assert.Equal(["c", "d"], Names(await ReadChangesAsync(after: 2, max: 2)));
        Assert.Equal(["e"], Names(await ReadChangesAsync(after: 4, max: 2)));
        Assert.Empty(await ReadChangesAsync(after: 5, max: 2));
    }

    [Fact]
    public async Task A_deleted_row_comes_to_followers_as_a_marker_and_to_nobody_else()
    {
        await PutJobAsync("a");
        await PutJobAsync("b");
        await DeleteJobAsync("a");

        var row = Assert.Single(await ReadChangesAsync(after: 2));

        Assert.True(row.IsDeleted);
        Assert.Equal(["b"], await ReadNamesInOrderAsync());
        Assert.Equal(["b"], Names(await Jobs.ReadActiveAsync(Domain, 0, 10)));
        Assert.True((await ReadJobAsync("a")).RecordExists);
    }

    [Fact]
    public async Task Only_active_rows_are_read_at_a_start_in_the_order_of_their_changes()
    {
        await PutJobAsync("a");
        await PutJobAsync("done", new TestJob { IsActive = false });
        await PutJobAsync("b");
        await PutJobAsync("ending", new TestJob { IsActive = true, IsDeleted = true });
        await PutJobAsync("a");

        var rows = await Jobs.ReadActiveAsync(Domain, 0, 10);

        Assert.Equal(["b", "ending", "a"], Names(rows));
        Assert.Equal([false, true, false], rows.Select(row => row.IsDeleted));
        Assert.Equal(["ending", "a"], Names(await Jobs.ReadActiveAsync(Domain, 3, 10)));
        Assert.Equal(["b"], Names(await Jobs.ReadActiveAsync(Domain, 0, 1)));
    }

    [Fact]
    public async Task Runnable_rows_are_read_apart_and_are_active_as_well()
    {
        await PutJobAsync("a", new TestJob { IsRunnable = true });
        await PutJobAsync("external");
        await PutJobAsync("ended", new TestJob { IsRunnable = true });
        await PutJobAsync("b", new TestJob { IsRunnable = true });
        await PutJobAsync("late");
        await PutJobAsync("ended", new TestJob { IsActive = false });
        await PutJobAsync("late", new TestJob { IsRunnable = true });

        Assert.Equal(["a", "b", "late"], Names(await Jobs.ReadRunnableAsync(Domain, 0, 10)));
        Assert.Equal(["a", "external", "b", "late"], Names(await Jobs.ReadActiveAsync(Domain, 0, 10)));
        Assert.Equal(["b"], Names(await Jobs.ReadRunnableAsync(Domain, 1, 1)));
        Assert.Equal(["a", "external", "b", "ended", "late"], Names(await ReadChangesAsync(after: 0)));
    }

    [Fact]
    public async Task The_place_in_the_order_of_addition_is_kept_until_a_deletion()
    {
        await PutJobAsync("a");
        await PutJobAsync("b");
        await PutJobAsync("c");
        await PutJobAsync("a", "again");
        Assert.Equal(["a", "b", "c"], await ReadNamesInOrderAsync());

        await DeleteJobAsync("a");
        await DeleteJobAsync("a");
        await PutJobAsync("a", "anew");

        var rows = await Jobs.ReadInOrderAsync(Domain, 0, 10);
        Assert.Equal(["b", "c", "a"], Names(rows));
        Assert.Equal([2L, 3L, 4L], rows.Select(row => row.Added));
        Assert.Equal(["c", "a"], await ReadNamesInOrderAsync(after: 2));
        Assert.Equal(["b", "c"], await ReadNamesInOrderAsync(max: 2));
    }

    [Fact]
    public async Task A_row_that_was_first_written_as_deleted_takes_its_place_when_it_is_added()
    {
        await DeleteJobAsync("a");
        await PutJobAsync("b");
        await PutJobAsync("a");

        Assert.Equal(["b", "a"], await ReadNamesInOrderAsync());
    }

    [Fact]
    public async Task Domains_do_not_see_each_other()
    {
        await PutJobAsync("a");
        await PutJobAsync("a", domain: "other");

        Assert.Single(await ReadChangesAsync());
        Assert.Single(await Jobs.ReadActiveAsync(Domain, 0, 10));
        Assert.Equal("job/other/a", Assert.Single(await Jobs.ReadInOrderAsync("other", 0, 10)).Key);
        Assert.Empty((await Jobs.ReadChangesAsync("nobody", 0, 10))!.Value);
    }

    [Fact]
    public async Task A_cleared_job_leaves_a_marker_and_can_be_added_anew()
    {
        await PutJobAsync("a");
        await PutJobAsync("b");

        await Records.ClearStateAsync("job", JobId("a"), StateOf("a"));

        Assert.Null(StateOf("a").ETag);
        Assert.False((await ReadJobAsync("a")).RecordExists);
        Assert.True(Assert.Single(await ReadChangesAsync(after: 2)).IsDeleted);
        await PutJobAsync("a");
        Assert.Equal(["b", "a"], await ReadNamesInOrderAsync());
    }

    [Fact]
    public async Task Clearing_a_job_that_is_not_there_takes_no_change_number()
    {
        await PutJobAsync("b");

        await Records.ClearStateAsync("job", JobId("a"), StateOf("a"));

        Assert.Equal(1, await Jobs.ReadNewestChangeAsync(Domain));
    }
}
