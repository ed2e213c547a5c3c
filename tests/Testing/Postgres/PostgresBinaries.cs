using System.Globalization;

namespace Sluice.Testing.Postgres;

/// <summary>Where the server's programs are, and as whom they may run.</summary>
internal static class PostgresBinaries
{
    private const string DebianFolder = "/usr/lib/postgresql";

    /// <summary>What a command line begins with, because the server refuses to be run by root.</summary>
    public static string AsServerUser => Environment.UserName == "root" ? $"setpriv {ServerUser()} --clear-groups" : "";

    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static string Find()
    {
        var ofDebian = Directory.Exists(DebianFolder) ? Directory.GetDirectories(DebianFolder) : [];
        var candidates = ofDebian
            .OrderByDescending(folder => int.TryParse(
                Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        return candidates.FirstOrDefault(folder =>
                File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            ?? throw new InvalidOperationException(
                "no PostgreSQL server is installed (on Debian: apt-get install postgresql), and this test needs one; "
                + $"{PostgresCluster.Variable}=absent ./sluice test leaves such tests away");
    }

    private static string ServerUser()
    {
        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).ToArray();
        var user = users.FirstOrDefault(fields => fields[0] == "postgres")
            ?? users.First(fields => fields[0] == "nobody");
        return $"--reuid={user[2]} --regid={user[3]}";
    }
}
