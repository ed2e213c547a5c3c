using Sluice.Cli.Output;

namespace Sluice.Cli.Demo;

/// <summary>Where a demo is watched.</summary>
internal interface IDemoView
{
    void Show(DemoSnapshot snapshot, IReadOnlyList<string> events);

    /// <summary>Something beside the jobs' own events.</summary>
    void Note(string text);
}

/// <summary>One line an event, for logs and pipes.</summary>
internal sealed class PlainDemoView(TextWriter output) : IDemoView
{
    public void Show(DemoSnapshot snapshot, IReadOnlyList<string> events)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        foreach (var line in events)
        {
            output.WriteLine(Line(snapshot.At, line));
        }
    }

    public void Note(string text) => output.WriteLine(text);

    public static string Line(TimeSpan at, string text) => $"[{Numbers.Fixed(at.TotalSeconds),6} s] {text}";
}
