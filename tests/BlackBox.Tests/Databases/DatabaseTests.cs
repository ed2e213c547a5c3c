using Sluice.Testing.Postgres;

namespace Sluice.BlackBox.Tests.Databases;

/// <summary>A server whose state is in PostgreSQL, and the way from SQLite there and back.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class DatabaseTests : IDisposable
{
    private readonly PostgresCluster _cluster = PostgresCluster.Shared;
    private readonly TemporaryFolder _folder = new();
    private readonly string _database;

    public DatabaseTests() => _database = _cluster.TakeDatabase();

    // Durability is not what is asked here: the server of these tests runs without it.
    private static Dictionary<string, string?> Variables => new() { ["SLUICE_Postgres__AllowsUnsafeServer"] = "true" };

    private string Url => _cluster.Url(_database);

    [Fact]
    public async Task Jobs_outlive_the_server_that_is_killed_and_a_second_server_is_refused()
    {
        await using var server = await SluiceServer.StartAsync(["--gpus", "2", "--database", Url], Variables);
        await server.Api.AddJobAsync("a");
        var second = Path.Combine(_folder.Path, "data");
        var refused = await SluiceExecutable.RunAsync(
            ["server", "--urls", "http://127.0.0.1:0", "--gpus", "1", "--data", second, "--database", Url], Variables);
        refused.MustHaveFailed("another Sluice");

        server.Kill();
        await server.StartAsync();

        Assert.Equal(["a"], await server.Api.ListAsync("/get_all_jobs"));
        Assert.Empty(Directory.GetFiles(server.DataFolder, "sluice.db*"));
    }

    [Fact]
    public async Task While_the_database_is_away_clients_are_told_to_come_back_and_then_it_goes_on_by_itself()
    {
        using var own = new PostgresCluster(isDurable: true);
        var url = own.Url(own.TakeDatabase());
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--database", url);
        await server.Api.AddJobAsync("before");
        own.Kill();

        var refused = await server.Api.PostAsync(
            "/add_job", """{"job_name":"while","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        own.Start();
        await Patience.UntilAsync(
            async () => (await server.Api.PostAsync(
                "/add_job", """{"job_name":"after","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""")).Status
                is HttpStatusCode.Created or HttpStatusCode.Conflict,
            "writes go on");
        Assert.Contains("before", await server.Api.ListAsync("/get_all_jobs"));
        Assert.Contains("after", await server.Api.ListAsync("/get_all_jobs"));
    }

    [Fact]
    public async Task A_password_comes_from_a_file_or_the_environment_and_is_in_no_message()
    {
        var url = _cluster.Url(_database, PostgresCluster.CarefulUser);
        _cluster.Execute(_database, $"GRANT CREATE ON DATABASE {_database} TO {PostgresCluster.CarefulUser}");
        var file = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(file, PostgresCluster.CarefulPassword);
        var path = Path.Combine(_folder.Path, "export");

        var without = await ExportAsync([], []);
        var wrong = await ExportAsync([], new() { ["PGPASSWORD"] = "guessed" });
        var onTheLine = await SluiceExecutable.RunAsync(
            "export", "-o", path, "--database", url.Replace("careful@", "careful:guessed@", StringComparison.Ordinal));
        await using (var server = await SluiceServer.StartAsync(
            ["--gpus", "1", "--database", url, "--database-password-file", file], Variables))
        {
            await server.Api.AddJobAsync("a");
            (await ExportAsync(["--database-password-file", file], [])).MustBeDone();
            File.Delete(path);
            (await ExportAsync([], new() { ["PGPASSWORD"] = PostgresCluster.CarefulPassword })).MustBeDone();
            Assert.DoesNotContain(PostgresCluster.CarefulPassword, server.Log, StringComparison.Ordinal);
        }

        without.MustHaveFailed("password");
        wrong.MustHaveFailed("password");
        Assert.Equal(2, onTheLine.ExitCode);
        Assert.All([wrong, onTheLine], result => Assert.DoesNotContain(
            "guessed", result.Output + result.Error, StringComparison.Ordinal));

        Task<CommandResult> ExportAsync(string[] more, Dictionary<string, string?> variables) =>
            SluiceExecutable.RunAsync(["export", "-o", path, "--database", url, .. more], variables);
    }

    [Fact]
    public async Task State_moves_from_SQLite_to_PostgreSQL_and_back_with_a_server_on_each()
    {
        var (first, second) = (Path.Combine(_folder.Path, "first"), Path.Combine(_folder.Path, "second"));
        string jobs;
        await using (var onSqlite = await SluiceServer.StartAsync("--gpus", "2"))
        {
            for (var job = 0; job < 20; job++)
            {
                await onSqlite.Api.AddJobAsync($"job-{job}");
                await onSqlite.Api.NotifyAsync($"job-{job}", at: 1_000 + job, epochs: job);
            }

            jobs = (await onSqlite.Api.GetAsync("/get_all_jobs")).Must(HttpStatusCode.OK).Compact;

            // While it runs.
            (await SluiceExecutable.RunAsync("export", "--data", onSqlite.DataFolder, "-o", first)).MustBeDone();
        }

        (await SluiceExecutable.RunAsync(["import", first, "--database", Url], Variables)).MustBeDone();
        await using (var onPostgres = await SluiceServer.StartAsync(["--gpus", "2", "--database", Url], Variables))
        {
            Assert.Equal(jobs, (await onPostgres.Api.GetAsync("/get_all_jobs")).Must(HttpStatusCode.OK).Compact);
            (await SluiceExecutable.RunAsync("export", "--database", Url, "-o", second)).MustBeDone();
            (await SluiceExecutable.RunAsync(["import", first, "--database", Url], Variables))
                .MustHaveFailed("another Sluice");
        }

        (await SluiceExecutable.RunAsync(["import", first, "--database", Url], Variables)).MustHaveFailed("not empty");
        await using var back = await SluiceServer.StartAsync("--gpus", "2");
        (await SluiceExecutable.RunAsync("import", second, "--data", back.DataFolder)).MustHaveFailed("another Sluice");
        await back.StopAsync();
        Directory.Delete(back.DataFolder, recursive: true);
        (await SluiceExecutable.RunAsync("import", second, "--data", back.DataFolder)).MustBeDone();
        await back.StartAsync();
        Assert.Equal(jobs, (await back.Api.GetAsync("/get_all_jobs")).Must(HttpStatusCode.OK).Compact);
    }

    public void Dispose()
    {
        _cluster.ReturnDatabase(_database);
        _folder.Dispose();
    }
}
