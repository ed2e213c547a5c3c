using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Storage.Sqlite;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Sqlite;

/// <summary>What is wrong with a data folder is said as what it is; what is right in it stays.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => Path.Combine(_folder.Path, "sluice.db");

    [Fact]
    public async Task What_was_committed_is_there_after_opening_again()
    {
        var state = new TestGrainState<TestJob> { State = new() { Note = "kept" } };
        using (var store = Open())
        {
            await store.WriteStateAsync("job", JobId("a"), state);
        }

        using var again = Open();
        var read = new TestGrainState<TestJob>();
        await again.ReadStateAsync("job", JobId("a"), read);
        Assert.Equal("kept", read.State.Note);
        Assert.Equal(1, await again.ReadNewestChangeAsync("default"));
        await again.WriteStateAsync("job", JobId("a"), state);
        Assert.Equal(2, await again.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public void A_second_store_on_the_folder_is_refused_and_told_who_has_it()
    {
        using var store = Open();

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.Locked, refused.Reason);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_store_leaves_the_folder_to_the_next()
    {
        Open().Dispose();

        Open().Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var path = Path.Combine(_folder.Path, "file", "data");
        File.WriteAllText(Path.Combine(_folder.Path, "file"), "");

        var refused = Assert.Throws<StoreException>(() => Open(path));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_is_reported_as_that()
    {
        // Nobody may make folders here, not even an administrator.
        var refused = Assert.Throws<StoreException>(() => Open("/sys/kernel/sluice"));

        Assert.Equal(StoreFailure.ReadOnly, refused.Reason);
        Assert.Contains("/sys/kernel/sluice", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_reported_as_damaged_and_left_as_it_is()
    {
        var text = string.Concat(Enumerable.Repeat("this is no database. ", 1_000));
        File.WriteAllText(DatabasePath, text);

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.Corrupt, refused.Reason);
        Assert.Contains(DatabasePath, refused.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(DatabasePath));
    }

    [Fact]
    public async Task A_file_that_is_damaged_in_the_middle_fails_reads_as_damaged()
    {
        using (var store = Open())
        {
            for (var i = 0; i < 50; i++)
            {
                await PutAsync(store, $"job-{i}", new string('x', 2_000));
            }
        }

        using (var file = File.OpenWrite(DatabasePath))
        {
            file.Position = 4_096 * 12;
            file.Write(new byte[(int)file.Length - (4_096 * 12)]);
        }

        using var damaged = Open();
        var failed = await Assert.ThrowsAsync<StoreException>(() => damaged.ReadInOrderAsync("default", 0, 100));
        Assert.Equal(StoreFailure.Corrupt, failed.Reason);
    }

    [Fact]
    public void A_database_of_something_else_is_refused()
    {
        using (var database = new SqliteDatabase(DatabasePath))
        {
            database.Execute("CREATE TABLE recipes (name TEXT)");
        }

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Open()).Reason);
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        Open().Dispose();
        using (var database = new SqliteDatabase(DatabasePath))
        {
            database.Execute("PRAGMA user_version = 99");
        }

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.NewerSchema, refused.Reason);
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
        using var after = new SqliteDatabase(DatabasePath);
        Assert.Equal(99, after.ExecuteInt64("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_database_of_version_1_is_taken_over_with_what_is_to_run_in_it()
    {
        Open().Dispose();
        using (var old = new SqliteDatabase(DatabasePath))
        {
            old.Execute("""
                DROP TABLE events;
                ALTER TABLE domains DROP COLUMN newest_event;
                INSERT INTO domains (id, name, newest_change, newest_added) VALUES (1, 'default', 4, 4);
                INSERT INTO jobs (key, domain, added, change, kind, deleted, etag, body) VALUES
                    ('job/default/external', 1, 1, 1, 2, 0, 'e1', CAST('{"record":{},"ending":[]}' AS BLOB)),
                    ('job/default/managed', 1, 2, 2, 2, 0, 'e2', CAST('{"record":{},"managed":{"uid":"a"}}' AS BLOB)),
                    ('job/default/ending', 1, 3, 3, 2, 1, 'e3', CAST('{"ending":[{"uid":"b"}]}' AS BLOB)),
                    ('job/default/ended', 1, 4, 4, 1, 0, 'e4', CAST('{"record":{},"managed":{"uid":"c"}}' AS BLOB));
                PRAGMA user_version = 1;
                """);
        }

        using var store = Open();

        var runnable = await store.ReadRunnableAsync("default", 0, 10);
        Assert.Equal(["job/default/managed", "job/default/ending"], runnable.Select(row => row.Key));
        Assert.Equal(3, (await store.ReadActiveAsync("default", 0, 10)).Length);
        Assert.Equal(0, (await store.ReadEventsAsync("default", 0, 10)).Newest);
    }

    [Fact]
    public async Task Events_beyond_the_limit_are_removed_and_numbers_go_on_after_a_restart()
    {
        using (var store = Open(maxEvents: 10))
        {
            for (var number = 1; number <= 40; number++)
            {
                await TellAsync(store, $"job-{number}");
            }
        }

        using var reopened = Open();
        var kept = await reopened.ReadEventsAsync("default", 0, 100);
        Assert.InRange(kept.Rows.Length, 10, 15);
        Assert.Equal(40, kept.Rows[^1].Number);
        await TellAsync(reopened, "next");
        Assert.Equal(41, (await reopened.ReadLatestEventsAsync("default", 1)).Rows.Single().Number);
    }

    [Fact]
    public async Task A_full_disk_fails_that_write_only_and_writes_go_on_once_there_is_space()
    {
        using var store = Open(maxDatabaseBytes: 1 << 20);
        var large = new TestGrainState<TestRecord> { State = new() { Text = new string('x', 600_000) } };
        await store.WriteStateAsync("state", GrainId.Create("settings", "settings/large"), large);
        var second = new TestGrainState<TestRecord> { State = large.State };

        var failed = await Assert.ThrowsAsync<StoreException>(
            () => store.WriteStateAsync("state", GrainId.Create("settings", "settings/second"), second));

        Assert.Equal(StoreFailure.DiskFull, failed.Reason);
        Assert.Contains(DatabasePath, failed.Message, StringComparison.Ordinal);
        Assert.Null(second.ETag);
        await PutAsync(store, "small", "fits");
        await store.ClearStateAsync("state", GrainId.Create("settings", "settings/large"), large);
        await store.WriteStateAsync("state", GrainId.Create("settings", "settings/second"), second);
        Assert.NotNull(second.ETag);
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_by_name()
    {
        using var store = Open(maxBodyBytes: 1_000);

        var refused = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, "a", new string('x', 1_000)));

        Assert.Equal(StoreFailure.TooLarge, refused.Reason);
        Assert.Contains("job/default/a", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_would_be_stored_as_another_is_refused()
    {
        using var store = Open();

        foreach (var key in (string[])["job/default/a\0b", "job/default/\uD800", new('x', 3_000)])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => store.LoadAsync(key));
        }
    }

    [Fact]
    public async Task The_process_opens_it_at_its_start_and_closes_it_at_its_end()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSqliteStore(options =>
        {
            options.DataDirectory = _folder.Path;
            options.Json = TestJson.NewOptions();
        });
        using (var host = builder.Build())
        {
            await host.StartAsync();

            Assert.Throws<StoreException>(() => Open());
            var store = host.Services.GetRequiredService<SluiceStore>();
            Assert.Same(store, host.Services.GetRequiredService<IGrainStorage>());
            Assert.Same(store, host.Services.GetRequiredKeyedService<IGrainStorage>("sluice"));
            Assert.Same(store, host.Services.GetRequiredService<IJobRows>());
            Assert.Same(store, host.Services.GetRequiredService<IRowCollections>());
            Assert.Same(store, host.Services.GetRequiredService<IDueRows>());
            Assert.Same(store, host.Services.GetRequiredService<IEventRows>());
            await host.StopAsync();
        }

        Open().Dispose();
    }

    [Fact]
    public async Task A_setting_out_of_its_range_is_refused_by_name_before_the_folder_is_touched()
    {
        var folder = Path.Combine(_folder.Path, "data");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSqliteStore(options =>
        {
            options.DataDirectory = folder;
            options.Json = TestJson.NewOptions();
            options.MaxBatchWrites = 0;
        });
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(nameof(StoreOptions.MaxBatchWrites), refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData(8, StoreFailure.ReadOnly)]
    [InlineData(1032, StoreFailure.ReadOnly)]
    [InlineData(11, StoreFailure.Corrupt)]
    [InlineData(13, StoreFailure.DiskFull)]
    [InlineData(26, StoreFailure.Corrupt)]
    [InlineData(778, StoreFailure.InputOutput)]
    public void Result_codes_are_reported_as_what_they_mean(int code, StoreFailure reason) =>
        Assert.Equal(reason, SqliteErrors.ToReason(code));

    public void Dispose() => _folder.Dispose();

    private static GrainId JobId(string name) => GrainId.Create("job", GrainKeys.Job("default", name));

    private static Task PutAsync(SluiceStore store, string name, string note) =>
        store.WriteStateAsync("job", JobId(name), new TestGrainState<TestJob> { State = new() { Note = note } });

    private static Task TellAsync(SluiceStore store, string name) =>
        store.WriteStateAsync("job", JobId(name), new TestGrainState<TestJob>
        {
            State = new()
            {
                NewEvents = [new() { At = DateTimeOffset.UnixEpoch, Kind = "running", Body = "{}"u8.ToArray() }],
            },
        });

    private SluiceStore Open(
        string? path = null, long maxDatabaseBytes = 0, int maxBodyBytes = 1 << 20, int maxEvents = 100_000) =>
        SluiceStore.Open(new()
        {
            DataDirectory = path ?? _folder.Path,
            Json = TestJson.NewOptions(),
            MaxDatabaseBytes = maxDatabaseBytes,
            MaxBodyBytes = maxBodyBytes,
            MaxEvents = maxEvents,
        });
}
