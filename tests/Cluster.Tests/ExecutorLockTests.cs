using Npgsql;
using Sluice.Cluster.Tests.Chaos;
using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests;

/// <summary>Of the silos of a cluster one runs jobs on its machine, and only while it is sure to be the one.</summary>
public sealed class ExecutorLockTests
{
    private const string RunsJobs = "--Silo:HasLocalExecutor=true";

    /// <summary>The lock, as <c>pg_locks</c> splits its number.</summary>
    private const string Holder =
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1936487785 AND objid = 1667571832 AND granted";

    [Fact]
    public async Task A_silo_whose_lock_is_lost_starts_no_job_until_it_has_it_again()
    {
        await using var cluster = await TestCluster.StartAsync(1, 0, RunsJobs, "--Silo:SimulatedGpus=4");
        using var api = new ApiClient([cluster.Silos[0].Url], new(), seed: 1);
        await Eventually.IsTrueAsync(() => Said(cluster, "runs jobs on its machine") == 1, "it runs jobs");
        await using (var thief = cluster.Connect())
        {
            var stolen = ExecuteAsync(thief, "SELECT pg_advisory_lock(x'736c756963652078'::bigint)");
            await Eventually.IsTrueAsync(
                () => cluster.Read<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1,
                "another waits for the lock");
            cluster.Read<bool>($"SELECT pg_terminate_backend(pid) FROM ({Holder}) held");
            await stolen;
            await Eventually.IsTrueAsync(() => Said(cluster, "may be lost") > 0, "it knows");

            await api.SendAsync(HttpMethod.Post, "/deploy", Manifest);

            Assert.NotEqual("running", await StatusAsync(api));
        }

        await Eventually.IsTrueAsync(async () => await StatusAsync(api) == "running", "the job runs");
        Assert.Equal(2, Said(cluster, "runs jobs on its machine"));
    }

    [Fact]
    public async Task A_second_silo_that_would_run_jobs_is_refused_and_a_successor_is_not()
    {
        await using var cluster = await TestCluster.StartAsync(1, 0, RunsJobs, "--Silo:SimulatedGpus=4");
        var second = cluster.AddSilo(RunsJobs);

        second.Launch();

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("Silo:HasLocalExecutor", second.Log, StringComparison.Ordinal);
        cluster.Silos[0].Kill();
        second.Launch();
        await second.UntilReadyAsync();
    }

    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: waits
        spec:
          restartPolicy: OnFailure
          containers:
          - name: main
            command: [sleep, "1000"]
            resources:
              requests: { nvidia.com/gpu: 1 }
              limits: { nvidia.com/gpu: 1 }
        """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string?> StatusAsync(ApiClient api)
    {
        var (_, job) = await api.SendAsync(HttpMethod.Get, "/api/v1/jobs/waits");
        return (string?)job!["job"]!["status"];
    }

    private static int Said(TestCluster cluster, string text) =>
        cluster.Silos[0].Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}
