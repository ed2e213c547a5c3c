namespace Sluice.Manifests;

/// <summary>The words for scale modes: in manifests, options and answers alike.</summary>
public static class ScaleModes
{
    /// <summary>Changes are applied at once.</summary>
    public const string Immediate = "immediate";

    /// <summary>Changes wait for the job's next checkpoint.</summary>
    public const string AfterCheckpoint = "after-checkpoint";

    /// <summary>All words, for messages.</summary>
    public const string Either = Immediate + " or " + AfterCheckpoint;

    /// <summary>The mode of a word; null: it is none.</summary>
    public static ScaleMode? Parse(string word) => word switch
    {
        Immediate => ScaleMode.Immediate,
        AfterCheckpoint => ScaleMode.AfterCheckpoint,
        _ => null,
    };

    /// <summary>The word of a mode.</summary>
    public static string Word(ScaleMode mode) => mode switch
    {
        ScaleMode.Immediate => Immediate,
        ScaleMode.AfterCheckpoint => AfterCheckpoint,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no scale mode"),
    };
}
