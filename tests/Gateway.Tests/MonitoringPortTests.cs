namespace Sluice.Gateway.Tests;

public sealed class MonitoringPortTests
{
    [Fact]
    public async Task The_monitoring_port_serves_monitoring_and_nothing_else()
    {
        await using var gateway = await TestGateway.StartAsync(urls: "http://127.0.0.1:0;http://127.0.0.1:0");
        var monitoring = gateway.Addresses[1];
        gateway.Options.MonitoringPort = monitoring.Port;

        foreach (var path in (string[])["/freegpu", "/healthz", "/readyz"])
        {
            Assert.Equal((path, 200), (path, (await gateway.GetAsync(new Uri(monitoring, path).ToString())).Status));
            Assert.Equal((path, 200), (path, (await gateway.GetAsync(path)).Status));
        }

        string[] others = ["/get_job/a", "/get_all_jobs", "/openapi/v1.json", "/api/spec.html", "/api/v1/capacity"];
        foreach (var path in others)
        {
            Assert.Equal((path, 404), (path, (await gateway.GetAsync(new Uri(monitoring, path).ToString())).Status));
            Assert.Equal((path, 200), (path, (await gateway.GetAsync(path)).Status));
        }

        var added = await gateway.SendAsync("POST", new Uri(monitoring, "/add_job").ToString(), Samples.Add);
        Assert.Equal("Not found", added.Error);
        var quota = await gateway.GetAsync(new Uri(monitoring, "/resourcequota/x").ToString());
        Assert.StartsWith("No quota", quota.Error, StringComparison.Ordinal);
    }
}
