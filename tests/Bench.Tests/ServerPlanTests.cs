using Sluice.Bench.Servers;

namespace Sluice.Bench.Tests;

public sealed class ServerPlanTests
{
    private static readonly DataPlace OnFiles = DataPlace.Parse(null, null);
    private static readonly DataPlace OnDatabase = DataPlace.Parse(null, "postgres://me@127.0.0.1:5432/postgres");

    [Fact]
    public void A_gateway_without_a_cluster_is_refused() =>
        Assert.Contains("--silos", Refusal(null, null, hasGateway: true, OnDatabase), StringComparison.Ordinal);

    [Fact]
    public void A_cluster_without_a_database_is_refused() =>
        Assert.Contains("--database", Refusal(null, 3, hasGateway: true, OnFiles), StringComparison.Ordinal);

    [Fact]
    public void A_cluster_is_not_another_build_of_the_one_server() =>
        Assert.Contains("--server", Refusal("./sluice", 3, hasGateway: true, OnDatabase), StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(ClusterServer.MaxSilos + 1)]
    public void A_cluster_has_silos_and_not_too_many(int silos) =>
        Assert.Contains($"{silos}", Refusal(null, silos, hasGateway: false, OnDatabase), StringComparison.Ordinal);

    [Fact]
    public void A_server_that_is_not_there_is_named() =>
        Assert.Contains("/nowhere", Refusal("/nowhere", null, hasGateway: false, OnFiles), StringComparison.Ordinal);

    private static string Refusal(string? server, int? silos, bool hasGateway, DataPlace data) =>
        Assert.Throws<BenchFailure>(() => ServerPlan.Parse(server, silos, hasGateway, data)).Message;
}
