using System.Globalization;

namespace Sluice.Cli.Output;

/// <summary>Numbers as people type and read them.</summary>
internal static class Numbers
{
    public static bool TryParse(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least
            && value <= most;

    /// <summary>A span in its one largest unit: <c>12s</c>, <c>3m</c>, <c>2h</c>, <c>5d</c>.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { Ticks: <= 0 } => "0s",
        { TotalSeconds: < 120 } => Whole(age.TotalSeconds, "s"),
        { TotalMinutes: < 120 } => Whole(age.TotalMinutes, "m"),
        { TotalHours: < 48 } => Whole(age.TotalHours, "h"),
        _ => Whole(age.TotalDays, "d"),
    };

    public static string Age(double secondsSinceEpoch, DateTimeOffset now) =>
        Age(TimeSpan.FromSeconds(Math.Clamp(now.ToUnixTimeMilliseconds() / 1000.0 - secondsSinceEpoch, 0, 1e11)));

    /// <summary>An instant to the second: <c>2030-01-31 12:00:00Z</c>.</summary>
    public static string At(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>At most <paramref name="digits"/> digits after the point.</summary>
    public static string Short(double value, int digits = 2) =>
        value.ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);

    /// <summary>Exactly <paramref name="digits"/> digits after the point.</summary>
    public static string Fixed(double value, int digits = 1) =>
        value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Range(int least, int most) => least == most ? $"{least}" : $"{least}-{most}";

    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>One line of at most <paramref name="length"/> characters.</summary>
    public static string Shorten(string text, int length)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 1).TrimEnd(), "…");
    }

    private static string Whole(double value, string unit) =>
        Math.Floor(value).ToString(CultureInfo.InvariantCulture) + unit;
}
