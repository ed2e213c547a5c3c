using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Cluster.Tests.Chaos;
using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests;

/// <summary>Silos that encrypt, in a build that can.</summary>
public sealed class TlsTests : IDisposable
{
    private const int Jobs = 24;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Silos_with_certificates_of_their_authority_talk_and_nobody_else_is_let_in()
    {
        using var authority = Authority("cluster");
        using var foreign = Authority("foreign");
        Write("ca.pem", authority.ExportCertificatePem());
        Sign(authority, "silo");
        using var stranger = Sign(foreign, "stranger");
        string[] settings =
        [
            $"--Silo:Tls:AuthorityFile={PathOf("ca.pem")}", $"--Silo:Tls:CertificateFile={PathOf("silo.pem")}",
            $"--Silo:Tls:KeyFile={PathOf("silo.key")}",
        ];
        await using var cluster = await TestCluster.StartAsync(2, 0, settings);
        using var one = new ApiClient([cluster.Silos[0].Url], new(), seed: 1);
        using var other = new ApiClient([cluster.Silos[1].Url], new(), seed: 2);
        for (var job = 0; job < Jobs; job++)
        {
            // Each is in one of them, by chance.
            await one.SendAsync(
                HttpMethod.Post, "/add_job",
                new { job_name = $"job-{job}", gpu_req = 1, gpu_lim = 2, gpu_assigned = 1 });
            var (status, _) = await other.SendAsync(HttpMethod.Get, $"/get_job/job-{job}");
            Assert.Equal(HttpStatusCode.OK, status);
        }

        Assert.Equal(2, cluster.Read<long>("SELECT count(*) FROM sluice.OrleansMembershipTable WHERE Status = 3"));
        foreach (var column in new[] { "Port", "ProxyPort" })
        {
            var port = cluster.Read<int>($"SELECT min({column}) FROM sluice.OrleansMembershipTable");
            Assert.True(await IsRefusedAsync(port, null), $"{column} takes who shows no certificate");
            Assert.True(await IsRefusedAsync(port, stranger), $"{column} takes a certificate of another authority");
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>After its handshake the silo hangs up.</summary>
    private static async Task<bool> IsRefusedAsync(int port, X509Certificate2? certificate)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new SslStream(tcp.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "sluice",
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == "CN=cluster",
            });
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private X509Certificate2 Sign(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(
            authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        Write($"{name}.pem", signed.ExportCertificatePem());
        Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        return signed.CopyWithPrivateKey(key);
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);
}
