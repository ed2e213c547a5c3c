using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>
/// The annotations that Sluice reads. Others, and <c>replicas</c>, which only informs, are left alone.
/// </summary>
internal sealed partial record ManifestAnnotations
{
    public int? Request { get; private init; }

    public int? Limit { get; private init; }

    public int Priority { get; private init; }

    public ScaleMode? ScaleMode { get; private init; }

    public bool IsSuspendable { get; private init; }

    public TimeSpan? MinRunTime { get; private init; }

    public TimeSpan? CheckpointDeadline { get; private init; }

    public static ManifestAnnotations Read(YamlCursor annotations) => new()
    {
        Request = ReadInteger(annotations["request"], 0),
        Limit = ReadInteger(annotations["limit"], 0),
        Priority = ReadInteger(annotations["sluice.dev/priority"], -ManifestLimits.MaxCount) ?? 0,
        ScaleMode = ReadWord(annotations["sluice.dev/scale-mode"], ModeWords),
        IsSuspendable = ReadWord(annotations["sluice.dev/suspendable"], Booleans) ?? false,
        MinRunTime = ReadSeconds(annotations["sluice.dev/min-run-seconds"]),
        CheckpointDeadline = ReadSeconds(annotations["sluice.dev/checkpoint-deadline-seconds"]),
    };

    private static readonly (string Word, ScaleMode Value)[] ModeWords =
    [
        (ScaleModes.Immediate, Manifests.ScaleMode.Immediate),
        (ScaleModes.AfterCheckpoint, Manifests.ScaleMode.AfterCheckpoint),
    ];

    private static readonly (string Word, bool Value)[] Booleans = [("true", true), ("false", false)];

    private static int? ReadInteger(YamlCursor place, int min)
    {
        if (place.AnyText() is not { } text)
        {
            return null;
        }

        if (WholeNumber.TryParse(text, out var value) && value >= min && value <= ManifestLimits.MaxCount)
        {
            return (int)value;
        }

        place.Problem($"must be a whole number from {min} to {ManifestLimits.MaxCount}, not {Quoting.Quote(text)}");
        return null;
    }

    private static T? ReadWord<T>(YamlCursor place, (string Word, T Value)[] words)
        where T : struct
    {
        if (place.AnyText() is not { } text)
        {
            return null;
        }

        foreach (var (word, value) in words)
        {
            if (string.Equals(text, word, StringComparison.Ordinal))
            {
                return value;
            }
        }

        place.Problem($"must be {string.Join(" or ", words.Select(word => word.Word))}, not {Quoting.Quote(text)}");
        return null;
    }

    private static TimeSpan? ReadSeconds(YamlCursor place)
    {
        if (place.AnyText() is not { } text)
        {
            return null;
        }

        if (SecondsPattern().IsMatch(text)
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= ManifestLimits.MaxOptionSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        place.Problem($"must be seconds from 0 to {ManifestLimits.MaxOptionSeconds:0}, not {Quoting.Quote(text)}");
        return null;
    }

    [GeneratedRegex(@"^[0-9]{1,12}(?:\.[0-9]{1,9})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SecondsPattern();
}
