using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Bench.Servers;

/// <summary>What is started to be measured.</summary>
internal abstract record ServerPlan
{
    /// <summary>Each runs as the echo does, or the run is refused.</summary>
    public abstract IReadOnlyList<string> Programs { get; }

    /// <summary>Starts it on what <paramref name="data"/> has.</summary>
    public abstract Task<RunningServer> StartAsync(ServerData data, CancellationToken cancellationToken);

    /// <summary>From the command line.</summary>
    /// <param name="server">The <c>sluice</c> command; null: the one that was built beside the bench.</param>
    /// <param name="silos">Silos of a cluster; null: one server.</param>
    /// <param name="hasGateway">True: a process of its own serves HTTP; false: the first silo does.</param>
    /// <param name="data">Where the state is kept.</param>
    /// <exception cref="BenchFailure">They do not go together, or are not built.</exception>
    public static ServerPlan Parse(string? server, int? silos, bool hasGateway, DataPlace data)
    {
        if (silos is not { } count)
        {
            return hasGateway
                ? throw new BenchFailure("--gateway is for a cluster: say --silos too")
                : new SingleServer(BenchCommand.ServerPath(server));
        }

        if (server is not null || data.Database is null)
        {
            throw new BenchFailure("--silos needs --database, and is not for --server");
        }

        BenchCommand.InRange("--silos", count, 1, ClusterServer.MaxSilos);
        return new ClusterServer(ClusterProgram("Silo"), hasGateway ? ClusterProgram("GatewayHost") : null, count);
    }

    /// <summary>Of the edition for clusters, built with the same configuration as the bench.</summary>
    private static string ClusterProgram(string project)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        // artifacts/EDITION/bin/PROJECT/CONFIGURATION
        var artifacts = folder.Parent?.Parent?.Parent?.Parent ?? throw new BenchFailure("no cluster is built");
        var path = Path.Combine(artifacts.FullName, "Orleans", "bin", project, folder.Name, $"Sluice.{project}");
        return File.Exists(path)
            ? path
            : throw new BenchFailure(
                $"there is no {path}; build it: dotnet build -c Release -p:GrainHost=Orleans src/{project}");
    }
}

/// <summary><c>sluice server</c>.</summary>
internal sealed record SingleServer(string Program) : ServerPlan
{
    public override IReadOnlyList<string> Programs => [Program];

    public override async Task<RunningServer> StartAsync(ServerData data, CancellationToken cancellationToken) => new(
    [
        await ServerProcess.StartAsync(
            Program,
            ["server", "--urls", "http://127.0.0.1:0", .. data.Arguments, "--gpus", "8"],
            cancellationToken),
    ]);
}

/// <summary>Silos that share a database, and a gateway before them where there is one.</summary>
internal sealed record ClusterServer(string Silo, string? Gateway, int Silos) : ServerPlan
{
    public const int MaxSilos = 9;

    public override IReadOnlyList<string> Programs => Gateway is null ? [Silo] : [Silo, Gateway];

    public override async Task<RunningServer> StartAsync(ServerData data, CancellationToken cancellationToken)
    {
        var processes = new List<ServerProcess>();
        try
        {
            for (var number = 1; number <= Silos; number++)
            {
                processes.Add(await ServerProcess.StartAsync(Silo, SiloArguments(data, number), cancellationToken));
            }

            if (Gateway is not null)
            {
                processes.Insert(0, await ServerProcess.StartAsync(
                    Gateway,
                    [$"--GatewayHost:Database={data.Database}", $"--GatewayHost:Url=http://127.0.0.1:{FreePort()}"],
                    cancellationToken));
            }

            return new(processes);
        }
        catch
        {
            processes.ForEach(process => process.Dispose());
            throw;
        }
    }

    private string[] SiloArguments(ServerData data, int number) =>
    [
        $"--Silo:Database={data.Database}",
        $"--Silo:Url=http://127.0.0.1:{FreePort()}",
        $"--Silo:SiloPort={FreePort()}",
        $"--Silo:GatewayPort={FreePort()}",
        $"--Silo:DataDirectory={Path.Combine(data.Folder, $"silo-{number}")}",
        $"--Silo:HasGateway={Gateway is null && number == 1}",
    ];

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
