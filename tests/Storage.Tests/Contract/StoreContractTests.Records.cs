using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Contract;

public abstract partial class StoreContractTests
{
    private static readonly GrainId Settings = GrainId.Create("settings", "settings/one");

    [Fact]
    public async Task What_was_never_written_reads_as_no_record()
    {
        var state = new TestGrainState<TestRecord> { State = new() { Text = "old" }, ETag = "x", RecordExists = true };

        await Records.ReadStateAsync("state", Settings, state);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State.Text);
    }

    [Fact]
    public async Task A_written_record_reads_as_it_was_written()
    {
        var written = await WriteRecordAsync(Settings, "hello");

        var read = await ReadRecordAsync(Settings);

        Assert.True(written.RecordExists);
        Assert.True(read.RecordExists);
        Assert.Equal("hello", read.State.Text);
        Assert.NotNull(read.ETag);
        Assert.Equal(written.ETag, read.ETag);
    }

    [Fact]
    public async Task Every_write_gives_another_etag()
    {
        var state = await WriteRecordAsync(Settings, "one");
        var first = state.ETag;

        await Records.WriteStateAsync("state", Settings, state);

        Assert.NotEqual(first, state.ETag);
    }

    [Fact]
    public async Task A_writer_with_an_older_etag_gets_a_conflict_and_changes_nothing()
    {
        var state = await WriteRecordAsync(Settings, "one");
        var late = new TestGrainState<TestRecord> { State = new() { Text = "late" }, ETag = state.ETag };
        state.State = new() { Text = "two" };
        await Records.WriteStateAsync("state", Settings, state);
        var heldByLate = late.ETag;

        await Assert.ThrowsAsync<InconsistentStateException>(() => Records.WriteStateAsync("state", Settings, late));

        Assert.Equal("two", (await ReadRecordAsync(Settings)).State.Text);
        Assert.Equal(heldByLate, late.ETag);
        Assert.False(late.RecordExists);
    }

    [Fact]
    public async Task A_first_write_where_something_is_stored_is_a_conflict()
    {
        await WriteRecordAsync(Settings, "one");

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteRecordAsync(Settings, "two"));

        Assert.Equal("one", (await ReadRecordAsync(Settings)).State.Text);
    }

    [Fact]
    public async Task A_write_with_an_etag_where_nothing_is_stored_is_a_conflict()
    {
        var state = new TestGrainState<TestRecord> { ETag = "never-given" };

        await Assert.ThrowsAsync<InconsistentStateException>(() => Records.WriteStateAsync("state", Settings, state));

        Assert.False((await ReadRecordAsync(Settings)).RecordExists);
    }

    [Fact]
    public async Task A_cleared_record_is_gone_and_can_be_written_anew()
    {
        var state = await WriteRecordAsync(Settings, "one");

        await Records.ClearStateAsync("state", Settings, state);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State.Text);
        Assert.False((await ReadRecordAsync(Settings)).RecordExists);
        await WriteRecordAsync(Settings, "two");
        Assert.Equal("two", (await ReadRecordAsync(Settings)).State.Text);
    }

    [Fact]
    public async Task Clearing_with_an_older_etag_is_a_conflict_and_clears_nothing()
    {
        var state = await WriteRecordAsync(Settings, "one");
        var late = new TestGrainState<TestRecord> { ETag = state.ETag };
        await Records.WriteStateAsync("state", Settings, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Records.ClearStateAsync("state", Settings, late));

        Assert.True((await ReadRecordAsync(Settings)).RecordExists);
    }

    [Fact]
    public async Task Clearing_what_is_not_there_is_no_error()
    {
        var state = new TestGrainState<TestRecord>();

        await Records.ClearStateAsync("state", Settings, state);

        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task Keys_that_differ_in_anything_are_different_records()
    {
        string[] keys = ["settings/a", "settings/A", "settings/a ", "settings/ä", "settings/a\u0308", "settings/𝄞",
            "settings/\"quoted\\", "settings/a%b_c*"];
        foreach (var key in keys)
        {
            await WriteRecordAsync(GrainId.Create("settings", key), key);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, (await ReadRecordAsync(GrainId.Create("settings", key))).State.Text);
        }
    }

    [Fact]
    public async Task A_grain_may_have_several_records_by_state_name()
    {
        await Records.WriteStateAsync("one", Settings, new TestGrainState<TestRecord> { State = new() { Text = "1" } });
        await Records.WriteStateAsync("two", Settings, new TestGrainState<TestRecord> { State = new() { Text = "2" } });
        var read = new TestGrainState<TestRecord>();

        await Records.ReadStateAsync("one", Settings, read);

        Assert.Equal("1", read.State.Text);
    }

    [Fact]
    public async Task Fields_that_a_newer_version_wrote_are_kept()
    {
        using var newer = JsonDocument.Parse("""{"later": [1, 2]}""");
        var state = new TestGrainState<TestRecord>();
        state.State.Unknown = new() { ["later"] = newer.RootElement.GetProperty("later") };
        await Records.WriteStateAsync("state", Settings, state);

        var read = await ReadRecordAsync(Settings);
        read.State.Text = "changed";
        await Records.WriteStateAsync("state", Settings, read);

        Assert.Equal("[1,2]", (await ReadRecordAsync(Settings)).State.Unknown!["later"].GetRawText());
    }

    [Fact]
    public async Task Of_many_writers_of_one_key_with_the_same_etag_exactly_one_passes()
    {
        var writers = Enumerable.Range(0, 20)
            .Select(i => Record.ExceptionAsync(() => WriteRecordAsync(Settings, $"{i}")))
            .ToList();

        var outcomes = await Task.WhenAll(writers);

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.Where(outcome => outcome is not null), e => Assert.IsType<InconsistentStateException>(e));
        Assert.Equal("0", (await ReadRecordAsync(Settings)).State.Text);
    }

    private async Task<TestGrainState<TestRecord>> WriteRecordAsync(GrainId id, string text)
    {
        var state = new TestGrainState<TestRecord> { State = new() { Text = text } };
        await Records.WriteStateAsync("state", id, state);
        return state;
    }

    private async Task<TestGrainState<TestRecord>> ReadRecordAsync(GrainId id)
    {
        var state = new TestGrainState<TestRecord>();
        await Records.ReadStateAsync("state", id, state);
        return state;
    }
}
