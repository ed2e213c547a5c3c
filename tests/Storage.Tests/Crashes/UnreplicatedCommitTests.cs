using Sluice.Grains.Interfaces;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Crashes;

/// <summary>A server whose commits wait for a standby, which never comes.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class UnreplicatedCommitTests : IDisposable
{
    private readonly PostgresCluster _cluster = new(isDurable: false);

    /// <param name="end">Breaks the wait off; what was committed stays, here alone.</param>
    [Theory]
    [InlineData("pg_terminate_backend")]
    [InlineData("pg_cancel_backend")]
    public async Task What_is_committed_here_alone_is_not_acknowledged_before_the_standby_has_it(string end)
    {
        var database = _cluster.TakeDatabase();
        using var store = SluiceStore.OpenPostgres(
            new() { Json = TestJson.NewOptions() },
            new() { Url = _cluster.Url(database), AllowsUnsafeServer = true, WriteTimeout = TimeSpan.FromMinutes(5) });
        SetStandby("nobody");
        var state = new TestGrainState<TestJob>();
        Task write;
        do
        {
            // The server takes a moment to know of its standby.
            write = store.WriteStateAsync("job", GrainId.Create("job", GrainKeys.Job("default", "a")), state);
            await Eventually.IsTrueAsync(() => write.IsCompleted || WaitingProcess() != 0, "it waits for the standby");
        }
        while (write.IsCompletedSuccessfully);
        var first = WaitingProcess();

        _cluster.Execute("postgres", $"SELECT {end}({first})");

        await Eventually.IsTrueAsync(
            () => write.IsCompleted || (WaitingProcess() is var next && next != 0 && next != first),
            "another transaction waits for the standby");
        Assert.False(write.IsCompleted);
        SetStandby("");
        await write;
    }

    public void Dispose() => _cluster.Dispose();

    private void SetStandby(string name)
    {
        _cluster.Execute("postgres", $"ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        _cluster.Execute("postgres", "SELECT pg_reload_conf()");
    }

    /// <returns>0: none.</returns>
    private int WaitingProcess() => _cluster.Read<int>(
        "postgres", "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
}
