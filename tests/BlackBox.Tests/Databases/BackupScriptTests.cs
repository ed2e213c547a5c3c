namespace Sluice.BlackBox.Tests.Databases;

/// <summary>What docs/operations.md tells to run by a timer, and after a disaster.</summary>
public sealed class BackupScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Backups => Path.Combine(_folder.Path, "backups");

    [Fact]
    public async Task A_backup_of_a_running_server_is_brought_back_with_all_that_was_acknowledged_before()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("before");
        var made = await RunAsync("backup.sh", Backups, "--data", server.DataFolder);
        await server.Api.AddJobAsync("after");
        await server.StopAsync();
        Directory.Delete(server.DataFolder, recursive: true);

        made.MustBeDone();
        (await RunAsync("restore.sh", Backups, "--data", server.DataFolder)).MustBeDone();

        await server.StartAsync();
        Assert.Equal(["before"], await server.Api.ListAsync("/get_all_jobs"));
    }

    [Fact]
    public async Task The_newest_backups_are_kept_and_nothing_else_in_the_folder_is_touched()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        Directory.CreateDirectory(Backups);
        string[] old = ["sluice-20200101T000000Z.backup", "sluice-20200102T000000Z.backup"];
        foreach (var name in (string[])[.. old, "notes", ".partial-1", ".partial-2.unfinished"])
        {
            await File.WriteAllTextAsync(Path.Combine(Backups, name), "");
        }

        // The other is of a backup that still runs.
        File.SetLastWriteTimeUtc(Path.Combine(Backups, ".partial-1"), DateTime.UtcNow - TimeSpan.FromHours(2));

        (await RunAsync("backup.sh", Backups, "--data", server.DataFolder)).MustBeDone();

        var left = Directory.GetFiles(Backups).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal([".partial-2.unfinished", "notes", old[1]], left.Take(3));
        Assert.StartsWith("sluice-2", Assert.Single(left.Skip(3)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_leaves_nothing_behind()
    {
        var noData = await RunAsync("backup.sh", Backups, "--data", Path.Combine(_folder.Path, "none"));
        var noFolder = await RunAsync("backup.sh");
        var noBackup = await RunAsync("restore.sh", Backups, "--data", Path.Combine(_folder.Path, "new"));

        noData.MustHaveFailed("none");
        Assert.Equal((2, 1), (noFolder.ExitCode, noBackup.ExitCode));
        Assert.StartsWith("usage: backup.sh FOLDER", noFolder.Error, StringComparison.Ordinal);
        Assert.Contains("there is no backup in", noBackup.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Backups));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "new")));
    }

    public void Dispose() => _folder.Dispose();

    private static Task<CommandResult> RunAsync(string script, params string[] arguments) =>
        SluiceExecutable.RunProgramAsync(
            Path.Combine(SluiceExecutable.RepositoryRoot, "deploy", script),
            arguments,
            new Dictionary<string, string?> { ["SLUICE"] = SluiceExecutable.Path, ["SLUICE_BACKUPS"] = "2" });
}
