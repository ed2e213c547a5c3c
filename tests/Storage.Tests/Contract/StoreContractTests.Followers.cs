using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Tests.Contract;

public abstract partial class StoreContractTests
{
    [Fact]
    public async Task A_follower_behind_purged_markers_must_begin_anew_and_a_nearer_one_goes_on()
    {
        await PutJobAsync("kept");
        await PutJobAsync("gone");
        await DeleteJobAsync("gone");

        await AgeAsync();

        Assert.Null(await Jobs.ReadChangesAsync(Domain, 0, 10));
        Assert.Null(await Jobs.ReadChangesAsync(Domain, 2, 10));
        Assert.NotNull(await Jobs.ReadChangesAsync(Domain, 3, 10));
        Assert.Equal(["kept", "busy"], Names(await Jobs.ReadActiveAsync(Domain, 0, 10)));
    }

    [Fact]
    public async Task A_purged_name_is_free_for_a_first_write()
    {
        await PutJobAsync("a");
        await DeleteJobAsync("a");
        await AgeAsync();
        Assert.False((await ReadJobAsync("a")).RecordExists);

        StateOf("a").ETag = null;
        await PutJobAsync("a", "anew");

        Assert.Equal(["busy", "a"], await ReadNamesInOrderAsync());
    }

    [Fact]
    public async Task Rows_of_which_something_is_still_to_be_done_are_never_purged()
    {
        await PutJobAsync("ending", new TestJob { IsActive = true, IsDeleted = true });
        await PutJobAsync("due", new TestJob { IsActive = false, IsDeleted = true, DueAt = Time.GetUtcNow() });
        await PutJobAsync("done", new TestJob { IsActive = false });

        await AgeAsync();

        Assert.Equal(["ending", "due", "done", "busy"], Names(await ReadAllChangesAsync()));
    }

    [Fact]
    public async Task Waiting_ends_at_once_where_there_is_something_newer()
    {
        await PutJobAsync("a");

        Assert.True(Jobs.WaitForChangeAsync(Domain, 0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_commit_of_the_domain()
    {
        await PutJobAsync("a");
        var waiting = Jobs.WaitForChangeAsync(Domain, 1);
        await PutJobAsync("x", domain: "other");
        Assert.False(waiting.IsCompleted);

        await PutJobAsync("b");

        await waiting;
    }

    [Fact]
    public async Task Waiting_ends_after_a_second_at_the_latest()
    {
        var waiting = Jobs.WaitForChangeAsync(Domain, 0);
        Time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(waiting.IsCompleted);

        Time.Advance(TimeSpan.FromSeconds(0.2));

        await waiting;
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using var source = new CancellationTokenSource();
        var waiting = Jobs.WaitForChangeAsync(Domain, 0, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_reaches_readers_and_followers_without_another_write()
    {
        await PutJobAsync("a");
        var waiting = Jobs.WaitForChangeAsync(Domain, 1);
        LoseNextAnswer();

        await Assert.ThrowsAsync<IOException>(() => PutJobAsync("b"));

        Assert.Equal(2, await Jobs.ReadNewestChangeAsync(Domain));
        Assert.Equal(["a", "b"], Names(await ReadChangesAsync()));
        Assert.Equal(["b"], Names(await ReadChangesAsync(after: 1)));
        await waiting;
    }

    /// <summary>Lets every marker that is there grow older than it may get.</summary>
    protected async Task AgeAsync()
    {
        for (var i = 0; i < 2 * MarkerLifetimeChanges; i++)
        {
            await PutJobAsync("busy");
        }
    }

    /// <summary>As a follower reads: page after page.</summary>
    protected async Task<ImmutableArray<JobRow>> ReadAllChangesAsync()
    {
        var all = ImmutableArray.CreateBuilder<JobRow>();
        var after = 0L;
        while (await ReadChangesAsync(after, max: 7) is { Length: > 0 } page)
        {
            all.AddRange(page);
            after = page[^1].Change;
        }

        return all.ToImmutable();
    }
}
