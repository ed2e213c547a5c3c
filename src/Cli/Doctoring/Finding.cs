namespace Sluice.Cli.Doctoring;

/// <summary>How bad it is.</summary>
internal enum Severity
{
    None = 0,

    /// <summary>As it should be.</summary>
    Ok = 1,

    /// <summary>It works, and something is to be known.</summary>
    Warning = 2,

    /// <summary>Something does not work, or acknowledged work may be lost.</summary>
    Problem = 3,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Subject">What was looked at, such as <c>disk</c>.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do about it; null: nothing.</param>
internal sealed record Finding(Severity Severity, string Subject, string Text, string? Remedy = null)
{
    public static Finding Ok(string subject, string text) => new(Severity.Ok, subject, text);

    public static Finding Warning(string subject, string text, string remedy) =>
        new(Severity.Warning, subject, text, remedy);

    public static Finding Problem(string subject, string text, string remedy) =>
        new(Severity.Problem, subject, text, remedy);
}
