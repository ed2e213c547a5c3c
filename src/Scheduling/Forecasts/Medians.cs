namespace Sluice.Scheduling.Forecasts;

internal static class Medians
{
    /// <summary>The middle value, or the mean of the two in the middle; null where there is none.</summary>
    public static double? Of(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        var middle = ordered.Count / 2;
        return ordered.Count == 0 ? null
            : ordered.Count % 2 == 1 ? ordered[middle]
            : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
