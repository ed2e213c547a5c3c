using System.Globalization;
using Npgsql;
using Sluice.Testing.Postgres;

namespace Sluice.Cluster.Tests.Hosting;

/// <summary>Silos and gateways as processes, at a PostgreSQL server of the tests' own.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>Names a folder where logs are kept when a test is over. Unset: they are not.</summary>
    private const string LogsVariable = "SLUICE_TEST_LOGS";

    private readonly TemporaryFolder _folder = new();
    private readonly List<ClusterProcess> _silos = [];
    private readonly List<ClusterProcess> _gateways = [];

    private readonly string _name;

    private TestCluster()
    {
        _name = Postgres.TakeDatabase();
        Database = Postgres.Url(_name);
    }

    public PostgresCluster Postgres { get; } = new(isDurable: true);

    public string Database { get; }

    public IReadOnlyList<ClusterProcess> Silos => _silos;

    public IReadOnlyList<ClusterProcess> Gateways => _gateways;

    /// <summary>Starts all at once, and returns when all are ready.</summary>
    public static async Task<TestCluster> StartAsync(int silos, int gateways, params string[] siloSettings)
    {
        var cluster = new TestCluster();
        try
        {
            for (var number = 1; number <= silos; number++)
            {
                cluster.AddSilo(siloSettings);
            }

            for (var number = 1; number <= gateways; number++)
            {
                cluster._gateways.Add(cluster.Gateway(number));
            }

            var all = cluster._silos.Concat(cluster._gateways).ToList();
            all.ForEach(one => one.Launch());
            await Task.WhenAll(all.Select(one => one.UntilReadyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more, which is yet to be started.</summary>
    public ClusterProcess AddSilo(params string[] settings)
    {
        var silo = Silo(_silos.Count + 1, settings);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>A connection for a test's own statements.</summary>
    public NpgsqlConnection Connect() => Postgres.Connect(_name);

    /// <summary>Asks the database itself.</summary>
    public T Read<T>(string sql) => Postgres.Read<T>(_name, sql);

    /// <summary>What all of them said that is not only for information.</summary>
    public string Warnings() => string.Join('\n', _silos.Concat(_gateways).Select(one =>
        $"--- {one.Name}\n{string.Join('\n', one.Log.Split('\n').Where(line =>
            line.Contains("\"Warning\"", StringComparison.Ordinal)
            || line.Contains("\"Error\"", StringComparison.Ordinal)
            || !line.StartsWith('{')).TakeLast(40))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _gateways.Concat(_silos))
        {
            one.Dispose();
            if (Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } kept)
            {
                await File.WriteAllTextAsync(Path.Combine(kept, $"{one.Name}.log"), one.Log);
            }
        }

        await Task.Run(Postgres.Dispose);
        _folder.Dispose();
    }

    private ClusterProcess Silo(int number, string[] settings)
    {
        var url = AnyUrl();
        return new(
            "Silo", $"silo-{number}", _folder.Path, url,
            [
                // Others use the machine, too.
                "--Postgres:ConnectTimeout=00:00:30", $"--Silo:Database={Database}", $"--Silo:Url={url}",
                $"--Silo:SiloPort={AnyPort()}", $"--Silo:GatewayPort={AnyPort()}",
                $"--Silo:DataDirectory={Path.Combine(_folder.Path, $"data-{number}")}", .. settings,
            ]);
    }

    private ClusterProcess Gateway(int number)
    {
        var url = AnyUrl();
        return new(
            "GatewayHost", $"gateway-{number}", _folder.Path, url,
            $"--GatewayHost:Database={Database}", $"--GatewayHost:Url={url}");
    }

    private static Uri AnyUrl() => new($"http://127.0.0.1:{AnyPort()}");

    private static string AnyPort() => FreePort.Next().ToString(CultureInfo.InvariantCulture);
}
