using System.Text.Json;

namespace Sluice.Bench.Servers;

/// <summary>Sees that server and echo run with the same settings of garbage collector, compiler and threads.</summary>
internal static class RuntimeSettings
{
    private static readonly string[] Prefixes = ["System.GC.", "System.Runtime.Tiered", "System.Threading."];

    /// <summary>Saying a default aloud is no difference.</summary>
    private static readonly string[] Defaults =
        ["System.GC.Server=False", "System.GC.Concurrent=True", "System.Runtime.TieredPGO=False"];

    /// <exception cref="BenchFailure">They differ, and a ratio would say little.</exception>
    public static void RequireSame(string server)
    {
        var file = Path.ChangeExtension(server, ".runtimeconfig.json");
        // A server that was published as one file has its settings inside.
        if (!File.Exists(file)) return;
        var theirs = Read(file);
        var ours = Read(Path.Combine(AppContext.BaseDirectory, "Sluice.Bench.runtimeconfig.json"));
        if (theirs.SequenceEqual(ours)) return;
        throw new BenchFailure(
            $"the server runs with {Show(theirs)}, the echo with {Show(ours)}: make bench/Bench.csproj as src/Cli/Cli.csproj");
    }

    private static string Show(List<string> settings) =>
        settings.Count == 0 ? "the runtime's defaults" : string.Join(", ", settings);

    private static List<string> Read(string file)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(file));
        return config.RootElement.GetProperty("runtimeOptions").TryGetProperty("configProperties", out var properties)
            ? [.. properties.EnumerateObject()
                .Where(setting => Prefixes.Any(prefix => setting.Name.StartsWith(prefix, StringComparison.Ordinal)))
                .Select(setting => $"{setting.Name}={setting.Value}")
                .Except(Defaults)
                .Order(StringComparer.Ordinal)]
            : [];
    }
}
