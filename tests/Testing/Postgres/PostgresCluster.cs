using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Sluice.Testing.Postgres;

/// <summary>
/// A PostgreSQL server of the tests' own, on loopback and a free port, in a temporary folder. Whatever ends the process of
/// the tests, the server is ended and its folder removed.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    /// <summary>
    /// Set to <c>absent</c> where a machine is known to have no PostgreSQL: <c>./sluice test</c> then leaves away what has
    /// the trait <see cref="Trait"/> <see cref="TraitValue"/>.
    /// </summary>
    public const string Variable = "SLUICE_TEST_POSTGRES";

    /// <summary>Of tests that start a server.</summary>
    public const string Trait = "Needs";

    /// <summary>Of <see cref="Trait"/>.</summary>
    public const string TraitValue = "PostgreSQL";

    /// <summary>Who may come without a password.</summary>
    public const string User = "sluice";

    /// <summary>Who must show <see cref="CarefulPassword"/>.</summary>
    public const string CarefulUser = "careful";

    public const string CarefulPassword = "correct horse";

    private static readonly Lazy<PostgresCluster> LazyShared = new(() => new(isDurable: false));

    private static int _databases;

    private readonly ConcurrentBag<string> _free = [];
    private readonly string _folder;
    private readonly string _binaries;
    private readonly bool _isDurable;
    private readonly Process _undertaker;
    private Process? _server;

    /// <param name="isDurable">False: <c>fsync</c> is off, for tests that ask nothing of the disk.</param>
    public PostgresCluster(bool isDurable)
    {
        _isDurable = isDurable;
        _binaries = PostgresBinaries.Find();
        _folder = Directory.CreateTempSubdirectory("sluice-postgres-").FullName;
        // The server's user is another where the tests are run by root.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        _undertaker = StartUndertaker(_folder);
        try
        {
            Run("initdb", $"-D {DataFolder} -U {User} -A trust -E UTF8 --locale=C --no-sync");
            WriteAccess();
            Start();
            Execute("postgres", $"CREATE ROLE {CarefulUser} LOGIN CREATEDB PASSWORD '{CarefulPassword}'");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One for all tests of the process that need no server of their own.</summary>
    public static PostgresCluster Shared => LazyShared.Value;

    public int Port { get; } = FreePort();

    private string DataFolder => Path.Combine(_folder, "data");

    private string LogFile => Path.Combine(_folder, "log");

    /// <summary>An empty database, which may have served another test.</summary>
    /// <returns>Its name.</returns>
    public string TakeDatabase()
    {
        if (!_free.TryTake(out var name))
        {
            name = $"test_{Interlocked.Increment(ref _databases)}";
            Execute("postgres", $"CREATE DATABASE {name} TEMPLATE template0");
        }

        return name;
    }

    /// <summary>
    /// Empties it; to make one takes ten times as long. What a test that failed has left open ends, so that the next one
    /// does not fail for it.
    /// </summary>
    public void ReturnDatabase(string name)
    {
        Execute(
            name,
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
            DROP SCHEMA IF EXISTS sluice CASCADE
            """);
        _free.Add(name);
    }

    public string Url(string database, string user = User) => $"postgres://{user}@127.0.0.1:{Port}/{database}";

    /// <summary>A connection for a test's own statements.</summary>
    public NpgsqlConnection Connect(string database)
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Port};Username={User};Database={database};Pooling=false;Timeout=5");
        connection.Open();
        return connection;
    }

    public void Execute(string database, string sql)
    {
        using var connection = Connect(database);
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public T Read<T>(string database, string sql)
    {
        using var connection = Connect(database);
        using var command = new NpgsqlCommand(sql, connection);
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>The whole server at once; nothing of it is written any more.</summary>
    public void Kill()
    {
        var server = _server ?? throw new InvalidOperationException("the server does not run");
        var children = File.ReadAllText($"/proc/{server.Id}/task/{server.Id}/children");
        server.Kill();
        foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            KillIfThere(int.Parse(child, CultureInfo.InvariantCulture));
        }

        server.WaitForExit();
        server.Dispose();
        _server = null;
    }

    /// <summary>Returns once it lets clients in.</summary>
    public void Start()
    {
        var started = TimeProvider.System.GetTimestamp();
        _server = StartServer();
        while (!LetsIn())
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {File.ReadAllText(LogFile)}");
            }

            if (_server.HasExited)
            {
                // Processes of a server that was killed still have its memory for a moment.
                _server.Dispose();
                _server = StartServer();
            }

            Thread.Sleep(TimeSpan.FromMilliseconds(50));
        }
    }

    public void Dispose()
    {
        // The end of its input is what it waits for.
        _undertaker.StandardInput.Close();
        _undertaker.WaitForExit();
        _undertaker.Dispose();
        _server?.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process StartUndertaker(string folder) => Process.Start(new ProcessStartInfo("bash")
    {
        ArgumentList =
        {
            "-c",
            $"""
            trap '' INT TERM HUP
            cat >/dev/null
            if [ -r {folder}/data/postmaster.pid ]; then kill -QUIT "$(head -n 1 {folder}/data/postmaster.pid)"; fi
            for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf {folder} && break; sleep 0.2; done
            """,
        },
        RedirectStandardInput = true,
        RedirectStandardError = true,
    })!;

    private static void KillIfThere(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It ended with its parent.
        }
    }

    /// <summary>With exec: what is killed is the server itself.</summary>
    private Process StartServer() => Process.Start(new ProcessStartInfo("bash")
    {
        ArgumentList =
        {
            "-c",
            $"exec {PostgresBinaries.AsServerUser} {_binaries}/postgres -D {DataFolder} -p {Port} "
                + $"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync={(_isDurable ? "on" : "off")} "
                + $"-c max_connections=200 -c shared_buffers=32MB </dev/null >>{LogFile} 2>&1",
        },
    })!;

    private void Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { "-c", $"exec {PostgresBinaries.AsServerUser} {_binaries}/{program} {arguments}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed: {errors}{output.Result}");
        }
    }

    private void WriteAccess() => File.WriteAllText(
        Path.Combine(DataFolder, "pg_hba.conf"),
        $"""
        host all {CarefulUser} 127.0.0.1/32 scram-sha-256
        host all all 127.0.0.1/32 trust

        """);

    private bool LetsIn()
    {
        try
        {
            Connect("postgres").Dispose();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
