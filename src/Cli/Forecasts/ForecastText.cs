using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Cli.Forecasts;

/// <summary>Estimates in words.</summary>
internal static class ForecastText
{
    public const string CutShort = "there was too much to play to the end: what has no time would come later";

    /// <summary><c>2030-01-31 12:00:00Z (in 2h)</c>, or that nobody can tell.</summary>
    public static string At(DateTimeOffset? instant, DateTimeOffset now) => instant switch
    {
        null => "nobody can tell",
        { } known when known <= now => "now",
        { } known => $"{Numbers.At(known)} (in {Numbers.Age(known - now)})",
    };

    public static string Place(QueuePlace place) =>
        $"{place.Position} of {place.Length}; needs {Numbers.Count(place.NeededGpus, "GPU")}, "
        + $"{place.FreeGpus} {(place.FreeGpus == 1 ? "is" : "are")} free";

    public static string Change(ExpectedChange change) => (change.GpusBefore, change.GpusAfter) switch
    {
        (0, var after) => $"starts with {Numbers.Count(after, "GPU")}",
        (var before, 0) => $"gives back {Numbers.Count(before, "GPU")}",
        var (before, after) => $"{before} -> {Numbers.Count(after, "GPU")}",
    };

    /// <summary>
    /// What somebody gains or loses, such as <c>12m later</c>; nothing where one of the two is not known.
    /// </summary>
    public static string Shift(DateTimeOffset? without, DateTimeOffset? with) => (with - without) switch
    {
        { TotalSeconds: >= 1 } later => $"{Numbers.Age(later)} later",
        { TotalSeconds: <= -1 } earlier => $"{Numbers.Age(-earlier)} earlier",
        _ => "",
    };
}
