using Sluice.Grains.Ports;

namespace Sluice.Storage.Tests.Contract;

public abstract partial class StoreContractTests
{
    private const string Owner = "pool/default";

    [Fact]
    public async Task An_owner_that_never_committed_has_no_rows_and_no_etag()
    {
        var loaded = await Rows.LoadAsync(Owner);

        Assert.Null(loaded.ETag);
        Assert.Empty(loaded.Rows);
    }

    [Fact]
    public async Task An_owners_etag_is_read_without_its_rows()
    {
        Assert.Null(await Rows.ReadETagAsync(Owner));

        var first = await Rows.CommitAsync(Batch(Owner, null, Row("c", "1", "one")));
        Assert.Equal(first, await Rows.ReadETagAsync(Owner));

        var second = await Rows.CommitAsync(Batch(Owner, first, Row("c", "2", "two")));
        Assert.Equal(second, await Rows.ReadETagAsync(Owner));
    }

    [Fact]
    public async Task Rows_come_in_ordinal_order_of_collection_and_key()
    {
        string[] keys = ["b", "B", "a", "ä", "\uFFFD", "𝄞", "Z", "aa"];
        await Rows.CommitAsync(
            Batch(Owner, null, [.. keys.Select(key => Row("node", key, key)), Row("job", "x", "y")]));

        var rows = (await Rows.LoadAsync(Owner)).Rows;

        Assert.Equal(["x", .. keys.Order(StringComparer.Ordinal)], rows.Select(row => row.Key));
        Assert.All(rows.Skip(1), row => Assert.Equal(row.Key, Text(row.Body)));
    }

    [Fact]
    public async Task A_batch_writes_over_adds_and_deletes()
    {
        var etag = await Rows.CommitAsync(
            Batch(Owner, null, Row("c", "1", "one"), Row("c", "2", "two"), Row("d", "1", "d")));

        var next = await Rows.CommitAsync(new RowBatch
        {
            Owner = Owner,
            ExpectedETag = etag,
            Upserts = [Row("c", "1", "ONE"), Row("c", "3", "three"), Row("d", "1", "back")],
            Deletes = [("c", "2"), ("c", "never"), ("d", "1")],
        });

        var loaded = await Rows.LoadAsync(Owner);
        Assert.Equal(next, loaded.ETag);
        Assert.NotEqual(etag, next);
        Assert.Equal(["ONE", "three", "back"], loaded.Rows.Select(row => Text(row.Body)));
    }

    [Fact]
    public async Task Of_two_activations_that_believe_they_own_the_key_only_one_commits()
    {
        var etag = await Rows.CommitAsync(Batch(Owner, null, Row("c", "1", "one")));
        var winner = await Rows.CommitAsync(Batch(Owner, etag, Row("c", "1", "two")));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Rows.CommitAsync(new RowBatch
        {
            Owner = Owner,
            ExpectedETag = etag,
            Upserts = [Row("c", "2", "late")],
            Deletes = [("c", "1")],
            DueAt = Time.GetUtcNow(),
        }));

        var loaded = await Rows.LoadAsync(Owner);
        Assert.Equal(winner, loaded.ETag);
        Assert.Equal("two", Text(Assert.Single(loaded.Rows).Body));
        Assert.Empty(await Due.ReadDueAsync(Time.GetUtcNow(), 10));
    }

    [Fact]
    public async Task A_first_batch_where_something_is_stored_is_a_conflict()
    {
        await Rows.CommitAsync(Batch(Owner, null));

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => Rows.CommitAsync(Batch(Owner, null, Row("c", "1", "one"))));

        Assert.Empty((await Rows.LoadAsync(Owner)).Rows);
    }

    [Fact]
    public async Task Owners_do_not_see_each_other()
    {
        await Rows.CommitAsync(Batch(Owner, null, Row("c", "1", "mine")));
        await Rows.CommitAsync(Batch("pool/other", null, Row("c", "1", "theirs")));

        Assert.Equal("mine", Text(Assert.Single((await Rows.LoadAsync(Owner)).Rows).Body));
    }

    [Fact]
    public async Task Due_grains_come_longest_due_first()
    {
        var now = Time.GetUtcNow();
        await PutJobAsync("third", new TestJob { DueAt = now });
        await PutJobAsync("first", new TestJob { DueAt = now.AddHours(-2), IsActive = false });
        await PutJobAsync("later", new TestJob { DueAt = now.AddTicks(1) });
        await PutJobAsync("never");
        await Rows.CommitAsync(Batch(Owner, null) with { DueAt = now.AddHours(-1).ToOffset(TimeSpan.FromHours(5)) });

        Assert.Equal<string>(
            ["job/default/first", Owner, "job/default/third"], await Due.ReadDueAsync(now, 10));
        Assert.Equal<string>(["job/default/first", Owner], await Due.ReadDueAsync(now, 2));
    }

    [Fact]
    public async Task A_due_time_is_replaced_with_its_rows()
    {
        var now = Time.GetUtcNow();
        await PutJobAsync("a", new TestJob { DueAt = now });
        await PutJobAsync("b", new TestJob { DueAt = now });
        var etag = await Rows.CommitAsync(Batch(Owner, null) with { DueAt = now });

        await PutJobAsync("a", new TestJob { DueAt = null });
        await PutJobAsync("b", new TestJob { DueAt = now.AddHours(1) });
        await Rows.CommitAsync(Batch(Owner, etag));

        Assert.Empty(await Due.ReadDueAsync(now, 10));
        Assert.Equal<string>(["job/default/b"], await Due.ReadDueAsync(now.AddHours(1), 10));
    }

    [Fact]
    public async Task A_cleared_job_is_never_due()
    {
        await PutJobAsync("a", new TestJob { DueAt = Time.GetUtcNow() });

        await Records.ClearStateAsync("job", JobId("a"), StateOf("a"));

        Assert.Empty(await Due.ReadDueAsync(Time.GetUtcNow(), 10));
    }
}
