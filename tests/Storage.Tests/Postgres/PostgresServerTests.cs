using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Grains.Ports;
using Sluice.Storage.Postgres;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>What is wrong with a server or a database is said as what it is, before anything is written.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class PostgresServerTests : IDisposable
{
    private readonly PostgresDatabase _database = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_server_that_may_lose_what_it_acknowledged_is_refused()
    {
        var options = _database.Options();
        options.AllowsUnsafeServer = false;

        var refused = Assert.Throws<StoreException>(() => Open(options));

        Assert.Equal(StoreFailure.Refused, refused.Reason);
        Assert.Contains("fsync", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commits_wait_for_the_disk_whatever_the_database_was_set_to()
    {
        _database.Execute($"ALTER DATABASE {_database.Name} SET synchronous_commit = off");
        try
        {
            using var session = Assert.IsType<PostgresWriteSession>(NewDialect().OpenWriter());

            Assert.Equal("on", session.Show("synchronous_commit"));
        }
        finally
        {
            _database.Execute($"ALTER DATABASE {_database.Name} RESET synchronous_commit");
        }
    }

    [Fact]
    public void A_second_process_is_refused_and_told_who_has_the_database()
    {
        using var store = Open(_database.Options());

        var refused = Assert.Throws<StoreException>(() => Open(_database.Options()));
        var sharing = Assert.Throws<StoreException>(() => Open(_database.Options(isShared: true)));

        Assert.Equal(StoreFailure.Locked, refused.Reason);
        Assert.Equal(StoreFailure.Locked, sharing.Reason);
        Assert.Contains("127.0.0.1", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_database.Name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_store_leaves_the_database_to_the_next()
    {
        Open(_database.Options()).Dispose();

        Open(_database.Options()).Dispose();
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_on_an_empty_database_make_one_schema()
    {
        // Each on a thread of its own: five that block would have to wait for threads of the pool.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Factory.StartNew(
            () => Open(_database.Options(isShared: true)).Dispose(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Equal(PostgresSchema.NewestVersion, _database.Read<long>("SELECT value FROM sluice.meta WHERE name = 'schema'"));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        Open(_database.Options()).Dispose();
        _database.Execute("UPDATE sluice.meta SET value = 99 WHERE name = 'schema'");

        var refused = Assert.Throws<StoreException>(() => Open(_database.Options()));

        Assert.Equal(StoreFailure.NewerSchema, refused.Reason);
        Assert.Equal(99, _database.Read<long>("SELECT value FROM sluice.meta WHERE name = 'schema'"));
    }

    [Fact]
    public void A_schema_of_the_name_that_is_not_ours_is_refused()
    {
        _database.Execute("CREATE SCHEMA sluice; CREATE TABLE sluice.recipes (name text)");

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Open(_database.Options())).Reason);
    }

    [Fact]
    public void A_schema_that_was_made_for_us_is_used()
    {
        _database.Execute("CREATE SCHEMA sluice");

        Open(_database.Options()).Dispose();
    }

    [Fact]
    public void A_database_that_is_not_there_and_a_server_that_is_not_there_are_named()
    {
        var noDatabase = Assert.Throws<StoreException>(
            () => Open(new() { Url = PostgresCluster.Shared.Url("nowhere") }));
        var noServer = Assert.Throws<StoreException>(() => Open(new() { Url = "postgres://a@127.0.0.1:1/b" }));

        Assert.Equal(StoreFailure.Refused, noDatabase.Reason);
        Assert.Contains("nowhere", noDatabase.Message, StringComparison.Ordinal);
        Assert.Equal(StoreFailure.Unavailable, noServer.Reason);
        Assert.Contains("127.0.0.1:1/b", noServer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_comes_from_a_file_and_is_shown_to_nobody()
    {
        var file = Path.Combine(_folder.Path, "password");
        var options = _database.Options();
        options.Url = PostgresCluster.Shared.Url(_database.Name, PostgresCluster.CarefulUser);
        options.PasswordFile = file;
        _database.Execute($"GRANT CREATE ON DATABASE {_database.Name} TO {PostgresCluster.CarefulUser}");

        var missing = Assert.Throws<StoreException>(() => Open(options));
        File.WriteAllText(file, "guessed wrong\n");
        var wrong = Assert.Throws<StoreException>(() => Open(options));
        File.WriteAllText(file, $"{PostgresCluster.CarefulPassword}\n");
        Open(options).Dispose();

        Assert.Contains(file, missing.Message, StringComparison.Ordinal);
        Assert.Equal(StoreFailure.Refused, wrong.Reason);
        Assert.DoesNotContain("guessed", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_opens_it_at_its_start_and_closes_it_at_its_end()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPostgresStore(
            store => store.Json = TestJson.NewOptions(),
            postgres => (postgres.Url, postgres.AllowsUnsafeServer) = (_database.Url, true));
        using (var host = builder.Build())
        {
            await host.StartAsync();

            Assert.Throws<StoreException>(() => Open(_database.Options()));
            var store = host.Services.GetRequiredService<SluiceStore>();
            Assert.Same(store, host.Services.GetRequiredService<IJobRows>());
            await host.StopAsync();
        }

        Open(_database.Options()).Dispose();
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private static SluiceStore Open(PostgresOptions options) =>
        SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, options);

    private PostgresDialect NewDialect() =>
        new(_database.Options(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
}
