using System.Text.Json;

namespace Sluice.Cli.Demo;

/// <summary>Training that had to be repeated, as the trainers measured it when they were stopped.</summary>
/// <param name="Seconds">Since the last checkpoint, summed over all stops.</param>
/// <param name="Stops">How often a trainer was stopped or failed.</param>
internal sealed record LostTraining(double Seconds, int Stops)
{
    /// <summary>What the sample trainer writes into its working folder.</summary>
    public const string FileName = "lost.jsonl";

    /// <summary>One line a stop. A line that was cut off by a crash counts as a stop of unknown length: 0 s.</summary>
    public static LostTraining Parse(IEnumerable<string> lines)
    {
        var stops = lines.Where(line => !string.IsNullOrWhiteSpace(line)).Select(SecondsOf).ToList();
        return new(stops.Sum(), stops.Count);
    }

    /// <summary>All trainers whose jobs ran under the folder.</summary>
    public static LostTraining ReadAll(string runsFolder) => !Directory.Exists(runsFolder)
        ? new(0, 0)
        : Parse(Directory
            .EnumerateFiles(runsFolder, FileName, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines));

    private static double SecondsOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("lost_seconds", out var seconds)
                && seconds.TryGetDouble(out var value) ? Math.Max(0, value) : 0;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return 0;
        }
    }
}
