using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests;

/// <summary>Settings that cannot be right keep a silo or a gateway from starting, and nothing is changed.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    [Fact]
    public async Task A_silo_that_runs_jobs_must_serve_where_they_notify()
    {
        var alone = await RefusedAsync("Silo", "--Silo:HasGateway=false", $"--Silo:DataDirectory={Data}");
        var inCluster = await RefusedAsync(
            "Silo", "--Silo:HasGateway=false", "--Silo:HasLocalExecutor=true", $"--Silo:DataDirectory={Data}",
            "--Silo:Database=postgres://sluice@127.0.0.1:1/sluice");

        Assert.Contains("Silo:HasGateway must not be false", alone, StringComparison.Ordinal);
        Assert.Contains("set Silo:HasLocalExecutor to false", inCluster, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("Silo", "Silo")]
    [InlineData("GatewayHost", "GatewayHost")]
    public async Task An_address_with_a_password_is_refused_and_not_shown(string project, string section)
    {
        var whole = await RefusedAsync(project, $"--{section}:Database=postgres://me:secret@127.0.0.1:1/jobs");
        var torn = await RefusedAsync(project, $"--{section}:Database=postgres://me:1/secret@127.0.0.1:1/jobs");

        Assert.Contains($"{section}:Database must not carry a password", whole, StringComparison.Ordinal);
        Assert.Contains($"{section}:DatabasePasswordFile", whole, StringComparison.Ordinal);
        Assert.Contains($"{section}:Database: ", torn, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", whole + torn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Silo")]
    [InlineData("GatewayHost")]
    public async Task A_setting_that_asks_for_encryption_is_never_ignored(string project)
    {
        var said = await RefusedAsync(
            project, $"--{project}:Tls:CertificateFile={Path.Combine(_folder.Path, "none.pem")}",
            $"--{project}:Database=postgres://sluice@127.0.0.1:1/sluice");

        // What is missing is the file, or, in a build that cannot encrypt, all that does.
        Assert.Contains($"{project}:Tls", said, StringComparison.Ordinal);
        Assert.True(
            said.Contains("build it with -p:SiloTls=true", StringComparison.Ordinal)
                || said.Contains("there is no file", StringComparison.Ordinal),
            said);
    }

    public void Dispose() => _folder.Dispose();

    /// <returns>What it said.</returns>
    private async Task<string> RefusedAsync(string project, params string[] settings)
    {
        using var process = new ClusterProcess(
            project, $"{project}-{Guid.NewGuid():N}", _folder.Path, new("http://127.0.0.1:1"), settings);
        process.Launch();
        Assert.Equal(1, await process.ExitAsync());
        return process.Log;
    }
}
